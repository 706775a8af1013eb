package io.bev.avatar.renderer.frame;

/** Events of the frame loop, called on the render thread; must not block. */
public interface FrameEvents {

    /** A new or repeated frame was published. */
    void presented(long sequence);

    /**
     * Rendering a frame threw an exception, or ran out of memory.
     *
     * @param consecutive number of consecutive failures, including this one
     * @return whether to continue
     */
    boolean failed(Throwable fault, int consecutive);

    /** A frame was rendered after {@code failures} consecutive failures. */
    void recovered(int failures);
}
