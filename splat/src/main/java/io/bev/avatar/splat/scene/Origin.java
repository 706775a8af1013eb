package io.bev.avatar.splat.scene;

/**
 * The position of a cloud's zero in the coordinates of its file. Files with large coordinates, such as georeferenced
 * scenes, are stored relative to it, because floats are too coarse there.
 */
public record Origin(double x, double y, double z) {

    /** The cloud has the coordinates of its file. */
    public static final Origin ZERO = new Origin(0, 0, 0);
}
