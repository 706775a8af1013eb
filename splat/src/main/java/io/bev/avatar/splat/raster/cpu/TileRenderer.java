package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Projection;

/** Renders tiles of the image one at a time, for one thread. */
interface TileRenderer {

    /**
     * Renders the tile whose top left pixel is {@code x}, {@code y}.
     *
     * @param records see {@link Projection}
     * @param list record numbers, nearest first; entries {@code from} to {@code end - 1} are this tile's
     */
    void render(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target);
}
