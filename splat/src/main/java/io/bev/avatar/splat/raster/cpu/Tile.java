package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Framebuffers;
import io.bev.avatar.splat.raster.SplatConstants;
import java.util.Arrays;

/**
 * A square of the image while it is blended. Its pixels are stored in blocks of the size that a kernel processes at
 * once, four wide: blocks fit the outline of a small Gaussian better than whole rows. One per thread.
 */
public final class Tile {

    /** log2 of {@link #SIZE}. */
    static final int SHIFT = 5;
    /**
     * Edge in pixels; a multiple of the published tile, so that extents clipped to those are clipped to whole blocks.
     */
    public static final int SIZE = 1 << SHIFT;
    /** Width of a block in pixels. */
    public static final int BLOCK_WIDTH = 4;

    static final int BLOCKS_PER_BAND = SIZE / BLOCK_WIDTH;

    /** Channels of a pixel: red, green, blue, and the remaining transmittance. */
    public static final int CHANNELS = 4;

    /** [blocks, CHANNELS, pixels of the block]: the data of a block is contiguous. */
    public final float[] pixels = new float[CHANNELS * SIZE * SIZE];

    /** For each band of blocks, a bit for each block that is not yet opaque. */
    public final int[] live;
    /** Pixels in a block. */
    private final int blockSize;
    /** Rows in a band of blocks. */
    public final int bandHeight;

    private final int[] bandRows;
    /** The image pixel at the tile's top left corner. */
    public int originX;

    public int originY;

    /** @param blockSize pixels that a kernel processes at once: 4, 8, 16, ... up to 128 */
    public Tile(int blockSize) {
        this.blockSize = blockSize;
        bandHeight = blockSize / BLOCK_WIDTH;
        live = new int[SIZE / bandHeight];
        bandRows = new int[SIZE];
        for (int y = 0; y < SIZE; y++) {
            bandRows[y] = y / bandHeight * SIZE * bandHeight * CHANNELS + y % bandHeight * BLOCK_WIDTH;
        }
    }

    /** Clears the tile and moves it; blocks outside the image count as opaque. */
    void begin(int originX, int originY, int width, int height) {
        this.originX = originX;
        this.originY = originY;
        int block = CHANNELS * blockSize;
        for (int first = 0; first < pixels.length; first += block) {
            Arrays.fill(pixels, first, first + block - blockSize, 0);
            Arrays.fill(pixels, first + block - blockSize, first + block, 1);
        }
        int columns = Math.min(BLOCKS_PER_BAND, (width - originX + BLOCK_WIDTH - 1) / BLOCK_WIDTH);
        for (int band = 0; band < live.length; band++) {
            live[band] = originY + band * bandHeight < height ? (1 << columns) - 1 : 0;
        }
    }

    /** Retires opaque blocks; true if none is left. */
    public boolean finished() {
        int left = 0;
        for (int band = 0; band < live.length; band++) {
            int bits = live[band];
            for (int rest = bits; rest != 0; rest &= rest - 1) {
                int block = Integer.numberOfTrailingZeros(rest);
                if (opaque(((band * BLOCKS_PER_BAND + block) * CHANNELS + CHANNELS - 1) * blockSize)) {
                    bits &= ~(1 << block);
                }
            }
            live[band] = bits;
            left |= bits;
        }
        return left == 0;
    }

    private boolean opaque(int first) {
        for (int i = first; i < first + blockSize; i++) {
            if (pixels[i] >= SplatConstants.MIN_TRANSMITTANCE) {
                return false;
            }
        }
        return true;
    }

    /** Blends the tile over the background and writes it to the image. */
    void writeTo(Framebuffer target) {
        int columns = Math.min(SIZE, target.width - originX);
        int rows = Math.min(SIZE, target.height - originY);
        byte[] bgr = target.bgr;
        for (int y = 0; y < rows; y++) {
            int out = 3 * ((originY + y) * target.width + originX);
            int row = bandRows[y];
            for (int x = 0; x < columns; x++) {
                int i = row + (x >> 2) * CHANNELS * blockSize + (x & 3);
                float t = pixels[i + 3 * blockSize];
                bgr[out++] = Framebuffers.toByte(pixels[i + 2 * blockSize] + t * target.backgroundBlue);
                bgr[out++] = Framebuffers.toByte(pixels[i + blockSize] + t * target.backgroundGreen);
                bgr[out++] = Framebuffers.toByte(pixels[i] + t * target.backgroundRed);
            }
        }
    }
}
