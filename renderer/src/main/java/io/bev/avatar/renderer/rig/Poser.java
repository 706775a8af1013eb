package io.bev.avatar.renderer.rig;

import io.bev.avatar.renderer.raster.Splats;

/** Applies an expression to an avatar's cloud. Called by the render thread alone; allocates nothing per call. */
public interface Poser {

    /** Writes the posed Gaussians into {@code out}, which was made for the same cloud. */
    void pose(ExpressionFrame expression, Splats out);
}
