package io.bev.avatar.renderer.stream;

import org.jspecify.annotations.Nullable;

/** Room for one frame: a newer one takes the place of an older one that was not taken. Thread-safe. */
final class FrameMailbox {

    private @Nullable EncodedFrame latest;
    private boolean closed;

    /**
     * Leaves a frame, with a reference of the mailbox's own.
     *
     * @return whether an older frame had to go unseen
     */
    synchronized boolean put(EncodedFrame frame) {
        if (closed) {
            return false;
        }
        frame.retain();
        EncodedFrame unseen = latest;
        latest = frame;
        if (unseen == null) {
            return false;
        }
        unseen.release();
        return true;
    }

    /** Takes the frame; the caller releases it. */
    synchronized @Nullable EncodedFrame take() {
        EncodedFrame frame = latest;
        latest = null;
        return frame;
    }

    /** Lets go of the frame and takes no more. */
    synchronized void close() {
        closed = true;
        EncodedFrame frame = take();
        if (frame != null) {
            frame.release();
        }
    }
}
