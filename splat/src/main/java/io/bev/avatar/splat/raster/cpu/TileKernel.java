package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Projection;

/** The innermost loop: blends Gaussians into a tile. Stateless; used by many threads. */
public interface TileKernel {

    /** Display name, such as {@code scalar} or {@code vector 256 bit}. */
    String name();

    /** Pixels processed at once, for the layout of {@link Tile}. */
    int blockSize();

    /**
     * Blends records front to back until all are processed or the tile is opaque.
     *
     * @param records see {@link Projection}
     * @param list record numbers, nearest first; entries {@code from} to {@code end - 1} are this tile's
     */
    void blend(float[] records, int[] list, int from, int end, Tile tile);
}
