package io.bev.avatar.renderer.raster.cuda;

/** What device memory is taken for. */
public enum Purpose {
    /** The model's Gaussians, and how they move. */
    MODEL,
    /** Gaussians of a frame: posed, projected, in order. */
    FRAME,
    /** Gaussians listed by tile. */
    INSTANCES,
    /** The picture and its tiles. */
    PICTURE
}
