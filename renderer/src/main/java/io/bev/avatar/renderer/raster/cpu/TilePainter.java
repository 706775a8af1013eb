package io.bev.avatar.renderer.raster.cpu;

import io.bev.avatar.renderer.raster.Framebuffer;

/** Paints one tile of the picture after another, for one thread. */
interface TilePainter {

    /**
     * Paints the tile whose top left pixel is {@code x}, {@code y}.
     *
     * @param records see {@link Projection}
     * @param list record numbers, nearest first; entries {@code from} to {@code end - 1} are this tile's
     */
    void paint(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target);
}
