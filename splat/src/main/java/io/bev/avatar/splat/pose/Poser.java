package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.raster.PosedGaussians;

/** Applies an expression to an avatar's cloud. Called by the render thread alone; allocates nothing per call. */
public interface Poser {

    /** Writes the posed Gaussians into {@code out}, which was created for the same cloud. */
    void pose(ExpressionFrame expression, PosedGaussians out);

    /** Like {@link #pose}, for a rasteriser that poses itself: if there is a rig, only {@link PosedGaussians#rig} is set. */
    default void prepare(ExpressionFrame expression, PosedGaussians out) {
        pose(expression, out);
    }
}
