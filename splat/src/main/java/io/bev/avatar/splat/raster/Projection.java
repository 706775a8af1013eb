package io.bev.avatar.splat.raster;

/**
 * Projected Gaussians, one record each, in an array of structures: a tile reads whole records in random order, so each
 * should fit in one cache line. Written in chunks so that threads need not coordinate positions; records of a chunk
 * keep the order of the cloud.
 */
public final class Projection {

    /**
     * A Gaussian is visible where u^2 + v^2 + BIAS is at most this: alpha is then at least
     * {@code SplatConstants.MIN_ALPHA}.
     */
    public static final float MAX_EXPONENT = 7.9943534f;

    /** Gaussians per chunk. */
    public static final int CHUNK = 1024;

    /** Buffers up to four times this size are not released. */
    private static final int MIN_CHUNKS = 64;

    /** Floats per record. */
    public static final int STRIDE = 16;

    // Fields of a record. The quadratic form is stored as a sum of squares, u = UX dx + UY dy and v = VY dy with d =
    // pixel - centre, scaled so that alpha = 2^-(u^2 + v^2 + BIAS): it cannot turn positive by rounding, and costs two
    // multiplications per pixel.
    public static final int X = 0;
    public static final int Y = 1;
    public static final int UX = 2;
    public static final int UY = 3;
    public static final int VY = 4;
    /** -log2(opacity). */
    public static final int BIAS = 5;

    public static final int RED = 6;
    public static final int GREEN = 7;
    public static final int BLUE = 8;
    /** Distance below the centre of the row where the visible ellipse is widest to the right, in pixels. */
    public static final int LEAN = 9;
    /** 1 / UX. */
    public static final int INVERSE_UX = 10;
    /** First and last pixel column and row that the visible ellipse reaches, within the image. */
    public static final int LEFT = 11;

    public static final int RIGHT = 12;
    public static final int TOP = 13;
    public static final int BOTTOM = 14;

    /**
     * Number of blocks beyond the first from which finding the ellipse's ends in every band of a tile is cheaper than
     * processing its whole box: large for an upright ellipse, small for a slanted one.
     */
    public static final int SPAN_WIDTH = 15;

    public Projection() {}

    /** [capacity, STRIDE]; chunk c starts at record c * CHUNK. */
    public float[] records = new float[0];
    /** First and last tile column and row of each record, 16 bits each from the lowest; [capacity]. */
    public long[] tiles = new long[0];
    /** Bits of each record's depth, which have the order of the depths because all are positive; [capacity]. */
    public int[] depthBits = new int[0];
    /** Records in each chunk. */
    public int[] chunkCounts = new int[0];
    /** Lowest and highest depth bits in each chunk. */
    public int[] chunkLowest = new int[0];

    public int[] chunkHighest = new int[0];
    public int chunks;

    /**
     * Ensures capacity for {@code count} Gaussians; releases it where it is more than four times as large.
     *
     * @return whether the buffers were replaced
     */
    public boolean reserve(int count) {
        chunks = (count + CHUNK - 1) / CHUNK;
        int capacity = chunkCounts.length;
        if (capacity >= chunks && capacity / 4 <= Math.max(chunks, MIN_CHUNKS)) {
            return false;
        }
        // The old buffers first: both would not fit. Without any, the next call after an OutOfMemoryError allocates.
        chunkCounts = new int[0];
        records = new float[0];
        tiles = new long[0];
        depthBits = new int[0];
        chunkLowest = new int[0];
        chunkHighest = new int[0];
        records = new float[Math.multiplyExact(chunks * CHUNK, STRIDE)];
        tiles = new long[chunks * CHUNK];
        depthBits = new int[chunks * CHUNK];
        chunkLowest = new int[chunks];
        chunkHighest = new int[chunks];
        chunkCounts = new int[chunks];
        return true;
    }
}
