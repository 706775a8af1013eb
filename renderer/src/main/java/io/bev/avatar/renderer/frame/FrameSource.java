package io.bev.avatar.renderer.frame;

import io.bev.avatar.splat.raster.StageTimes;

/** Produces frames for the frame loop. All methods are called by the render thread. */
public interface FrameSource {

    /** Whether frames are wanted, that is, a viewer is connected or a snapshot was requested. */
    boolean wanted();

    /**
     * Renders and publishes a new frame.
     *
     * @param sequence its number, from 1
     * @param times filled with the stages' times
     */
    void present(long sequence, StageTimes times);

    /** Publishes the last frame again. */
    void presentAgain(long sequence);
}
