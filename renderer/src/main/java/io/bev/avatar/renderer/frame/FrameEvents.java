package io.bev.avatar.renderer.frame;

/** What the frame loop reports, on the render thread; must not block. */
public interface FrameEvents {

    /** A frame, drawn or shown again, is with the viewers. */
    void presented(long sequence);

    /**
     * Drawing a frame threw.
     *
     * @param consecutive failures in a row, this one included
     * @return whether to go on
     */
    boolean failed(RuntimeException fault, int consecutive);

    /** A frame was drawn after {@code failures} in a row. */
    void recovered(int failures);
}
