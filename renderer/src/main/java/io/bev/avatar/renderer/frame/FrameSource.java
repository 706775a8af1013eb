package io.bev.avatar.renderer.frame;

import io.bev.avatar.splat.raster.StageTimes;

/** What the frame loop drives. Every method is called by the render thread. */
public interface FrameSource {

    /** Whether somebody looks. */
    boolean wanted();

    /**
     * Draws the frame of this instant and hands it out.
     *
     * @param sequence its number, from 1
     * @param times filled with the stages' times
     */
    void present(long sequence, StageTimes times);

    /** Hands the last frame out once more. */
    void presentAgain(long sequence);
}
