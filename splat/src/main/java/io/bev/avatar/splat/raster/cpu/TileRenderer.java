package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Projection;

/** Paints one tile of the picture after another, for one thread. */
interface TileRenderer {

    /**
     * Paints the tile whose top left pixel is {@code x}, {@code y}.
     *
     * @param records see {@link Projection}
     * @param list record numbers, nearest first; entries {@code from} to {@code end - 1} are this tile's
     */
    void paint(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target);
}
