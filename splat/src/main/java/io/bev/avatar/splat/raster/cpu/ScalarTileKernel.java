package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Projection;
import io.bev.avatar.splat.raster.SplatConstants;

/** The kernel in plain Java: for runtimes without the Vector API, and the reference in tests of the vector kernel. */
public final class ScalarTileKernel implements TileKernel {

    /** Gaussians between two checks for opaque blocks. */
    private static final int CHECK_INTERVAL = 32;

    @Override
    public String name() {
        return "scalar";
    }

    /** Blocks one row high: rows follow each other as in an image. */
    @Override
    public int blockSize() {
        return Tile.BLOCK_WIDTH;
    }

    @Override
    public void blend(float[] records, int[] list, int from, int end, Tile tile) {
        for (int start = from; start < end; start += CHECK_INTERVAL) {
            int stop = Math.min(end, start + CHECK_INTERVAL);
            for (int i = start; i < stop; i++) {
                blendOne(records, list[i] * Projection.STRIDE, tile);
            }
            if (tile.finished()) {
                return;
            }
        }
    }

    private static void blendOne(float[] records, int at, Tile tile) {
        int top = Math.max(0, (int) records[at + Projection.TOP] - tile.originY);
        int bottom = Math.min(Tile.SIZE - 1, (int) records[at + Projection.BOTTOM] - tile.originY);
        int left = Math.max(0, (int) records[at + Projection.LEFT] - tile.originX);
        int right = Math.min(Tile.SIZE - 1, (int) records[at + Projection.RIGHT] - tile.originX);
        float x = records[at + Projection.X] - tile.originX;
        float y = records[at + Projection.Y] - tile.originY;
        for (int row = top; row <= bottom; row++) {
            if (tile.live[row] != 0) {
                float dy = row - y;
                int first = Math.max(left, (int) (x + EllipseSpan.left(records, at, dy, dy)));
                int last = Math.min(right, (int) (x + EllipseSpan.right(records, at, dy, dy)));
                blendRow(records, at, tile, row, first, last, x, dy);
            }
        }
    }

    private static void blendRow(float[] records, int at, Tile tile, int row, int first, int last, float x, float dy) {
        float ux = records[at + Projection.UX];
        float offset = records[at + Projection.UY] * dy - ux * x;
        float v = records[at + Projection.VY] * dy;
        float base = v * v + records[at + Projection.BIAS];
        float sourceRed = records[at + Projection.RED];
        float sourceGreen = records[at + Projection.GREEN];
        float sourceBlue = records[at + Projection.BLUE];
        float[] pixels = tile.pixels;
        for (int column = first; column <= last; column++) {
            float u = ux * column + offset;
            float exponent = u * u + base;
            if (exponent <= Projection.MAX_EXPONENT) {
                int i = Tile.CHANNELS * (row * Tile.SIZE + (column & -Tile.BLOCK_WIDTH)) + column % Tile.BLOCK_WIDTH;
                float alpha = Math.min(SplatConstants.MAX_ALPHA, FastExp.exp2Negative(exponent));
                float t = pixels[i + 3 * Tile.BLOCK_WIDTH];
                float weight = alpha * t;
                pixels[i] += sourceRed * weight;
                pixels[i + Tile.BLOCK_WIDTH] += sourceGreen * weight;
                pixels[i + 2 * Tile.BLOCK_WIDTH] += sourceBlue * weight;
                pixels[i + 3 * Tile.BLOCK_WIDTH] = t - weight;
            }
        }
    }
}
