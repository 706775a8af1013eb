package io.bev.avatar.renderer.stream;

import org.jspecify.annotations.Nullable;

/** Holds one frame; a newer one replaces an older one that was not consumed. Thread-safe. */
final class FrameMailbox {

    private @Nullable EncodedFrame latest;
    private boolean closed;

    /**
     * Stores a frame and retains it.
     *
     * @return whether an older frame was dropped
     */
    synchronized boolean put(EncodedFrame frame) {
        if (closed) {
            return false;
        }
        frame.retain();
        EncodedFrame dropped = latest;
        latest = frame;
        if (dropped == null) {
            return false;
        }
        dropped.release();
        return true;
    }

    /** Removes and returns the frame, which the caller must release. */
    synchronized @Nullable EncodedFrame poll() {
        EncodedFrame frame = latest;
        latest = null;
        return frame;
    }

    /** Releases the frame and ignores further ones. */
    synchronized void close() {
        closed = true;
        EncodedFrame frame = poll();
        if (frame != null) {
            frame.release();
        }
    }
}
