package io.bev.avatar.splat.raster.cuda;

/** What device memory is taken for. */
public enum AllocationKind {
    /** The model's Gaussians, and how they move. */
    MODEL,
    /** Gaussians of a frame: posed, projected, in order. */
    FRAME,
    /** Gaussians listed by tile. */
    INSTANCES,
    /** The picture and its tiles. */
    PICTURE
}
