package io.bev.avatar.splat.raster.cuda;

/** Purpose of an allocation of device memory. */
public enum AllocationKind {
    /** The model's Gaussians and rig. */
    MODEL,
    /** Gaussians of a frame: posed, projected, sorted. */
    FRAME,
    /** Gaussians listed by tile. */
    INSTANCES,
    /** The image and its tiles. */
    PICTURE
}
