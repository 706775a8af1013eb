package io.bev.avatar.renderer.stream;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Holds the frames that a viewer has not consumed: the newest JPEG, or the last few frames of video, which are useless
 * after a gap until the next key frame. Thread-safe.
 */
final class FrameMailbox {

    /** Frames of video; when more wait, the viewer is too slow and continues with a key frame. */
    static final int MAX_VIDEO_FRAMES = 4;

    private static final int JPEG_WINDOW = 2;

    private final ArrayDeque<EncodedFrame> frames = new ArrayDeque<>(MAX_VIDEO_FRAMES);
    private boolean needsKey = true;
    private boolean closed;

    /**
     * Stores a frame and retains it.
     *
     * @return number of frames dropped, this one included
     */
    synchronized int put(EncodedFrame frame) {
        if (closed) {
            return 0;
        }
        if (!frame.isDelta()) {
            int dropped = clear();
            needsKey = !frame.isVideo();
            add(frame);
            return dropped;
        }
        if (needsKey) {
            return 1;
        }
        if (frames.size() == MAX_VIDEO_FRAMES) {
            needsKey = true;
            return clear() + 1;
        }
        add(frame);
        return 0;
    }

    /** Whether video for this viewer must continue with a key frame. */
    synchronized boolean needsKey() {
        return needsKey;
    }

    /**
     * Removes and returns the oldest frame, which the caller must release.
     *
     * @param inFlight frames sent and not acknowledged; none is returned above the window of its format
     * @param videoWindow maximum number of frames in flight, for video
     */
    synchronized @Nullable EncodedFrame poll(int inFlight, int videoWindow) {
        EncodedFrame next = frames.peek();
        int window = next != null && next.isVideo() ? videoWindow : JPEG_WINDOW;
        return next != null && inFlight < window ? frames.poll() : null;
    }

    /** Releases the frames and ignores further ones. */
    synchronized void close() {
        closed = true;
        clear();
    }

    private void add(EncodedFrame frame) {
        frame.retain();
        frames.add(frame);
    }

    private int clear() {
        int count = frames.size();
        frames.forEach(EncodedFrame::release);
        frames.clear();
        return count;
    }
}
