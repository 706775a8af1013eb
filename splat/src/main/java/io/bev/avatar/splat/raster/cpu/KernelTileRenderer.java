package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Framebuffer;

/** Renders tiles with one kernel. */
final class KernelTileRenderer implements TileRenderer {

    private final TileKernel kernel;
    private final Tile tile;

    KernelTileRenderer(TileKernel kernel) {
        this.kernel = kernel;
        tile = new Tile(kernel.blockSize());
    }

    @Override
    public void render(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target) {
        blend(records, list, from, end, x, y, target);
        tile.writeTo(target);
    }

    /** Like {@link #render}, but does not write to the image. */
    void blend(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target) {
        tile.begin(x, y, target.width, target.height);
        kernel.blend(records, list, from, end, tile);
    }
}
