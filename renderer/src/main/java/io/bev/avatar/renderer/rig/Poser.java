package io.bev.avatar.renderer.rig;

import io.bev.avatar.renderer.raster.Splats;

/** Applies an expression to an avatar's cloud. Called by the render thread alone; allocates nothing per call. */
public interface Poser {

    /** Writes the posed Gaussians into {@code out}, which was made for the same cloud. */
    void pose(ExpressionFrame expression, Splats out);

    /** As {@link #pose}, for a rasteriser that poses on its own: where there is a rig, only {@link Splats#rig} is set. */
    default void prepare(ExpressionFrame expression, Splats out) {
        pose(expression, out);
    }
}
