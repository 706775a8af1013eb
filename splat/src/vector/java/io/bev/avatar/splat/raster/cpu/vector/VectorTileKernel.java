package io.bev.avatar.splat.raster.cpu.vector;

import io.bev.avatar.splat.raster.Projection;
import io.bev.avatar.splat.raster.SplatConstants;
import io.bev.avatar.splat.raster.cpu.EllipseSpan;
import io.bev.avatar.splat.raster.cpu.FastExp;
import io.bev.avatar.splat.raster.cpu.Tile;
import io.bev.avatar.splat.raster.cpu.TileKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel on blocks of pixels, four wide, of as many pixels as the machine's vectors hold.
 *
 * <p>Uses only what Java 17 compiles well: no masks, no float minimum or maximum, no conversions, each of which costs
 * several instructions or an allocation there. Non-negative floats order as their bits do, so comparisons are integer
 * subtractions whose sign becomes a mask of ones.
 */
public final class VectorTileKernel implements TileKernel {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BAND_HEIGHT = LANES / Tile.BLOCK_WIDTH;
    private static final int BLOCKS_PER_BAND = Tile.SIZE / Tile.BLOCK_WIDTH;
    private static final int CHECK_INTERVAL = 32;

    private static final FloatVector LANE_X = lanes(0, Tile.BLOCK_WIDTH);
    private static final FloatVector LANE_Y = lanes(Tile.BLOCK_WIDTH, Integer.MAX_VALUE);
    private static final int MAX_ALPHA_BITS = Float.floatToRawIntBits(SplatConstants.MAX_ALPHA);
    private static final int MAX_EXPONENT_BITS = Float.floatToRawIntBits(Projection.MAX_EXPONENT);

    public VectorTileKernel() {
        if (LANES < Tile.BLOCK_WIDTH) {
            throw new UnsupportedOperationException("vectors of " + LANES + " floats: expected at least 4");
        }
    }

    /** Column of each lane within its block, or its row when divided by the width. */
    private static FloatVector lanes(int divisor, int modulus) {
        float[] values = new float[LANES];
        for (int i = 0; i < LANES; i++) {
            values[i] = divisor == 0 ? i % modulus : i / divisor;
        }
        return FloatVector.fromArray(FLOATS, values, 0);
    }

    @Override
    public String name() {
        return "vector " + FLOATS.vectorBitSize() + " bit";
    }

    @Override
    public int blockSize() {
        return LANES;
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

    /** A long method on purpose: split by bands, it was 10 % slower. */
    private static void blendOne(float[] r, int at, Tile tile) {
        int left = Math.max(0, (int) r[at + Projection.LEFT] - tile.originX) >> 2;
        int right = Math.min(Tile.SIZE - 1, (int) r[at + Projection.RIGHT] - tile.originX) >> 2;
        int top = Math.max(0, (int) r[at + Projection.TOP] - tile.originY) / BAND_HEIGHT;
        int bottom = Math.min(Tile.SIZE - 1, (int) r[at + Projection.BOTTOM] - tile.originY) / BAND_HEIGHT;
        float x = r[at + Projection.X] - tile.originX;
        float y = r[at + Projection.Y] - tile.originY;
        float ux = r[at + Projection.UX];
        float uy = r[at + Projection.UY];
        float vy = r[at + Projection.VY];
        float bias = r[at + Projection.BIAS];
        float step = ux * Tile.BLOCK_WIDTH;
        FloatVector uRamp = LANE_X.mul(ux).add(LANE_Y.mul(uy));
        FloatVector vRamp = LANE_Y.mul(vy);
        FloatVector red = FloatVector.broadcast(FLOATS, r[at + Projection.RED]);
        FloatVector green = FloatVector.broadcast(FLOATS, r[at + Projection.GREEN]);
        FloatVector blue = FloatVector.broadcast(FLOATS, r[at + Projection.BLUE]);
        float[] pixels = tile.pixels;
        int[] live = tile.live;
        boolean slanted = right - left >= r[at + Projection.SPAN_WIDTH];
        int box = (2 << right) - (1 << left);
        for (int band = top; band <= bottom; band++) {
            float dy = band * BAND_HEIGHT - y;
            int blocks = box & live[band];
            if (slanted) {
                float below = dy + (BAND_HEIGHT - 1);
                int first = Math.max(left, (int) (x + EllipseSpan.left(r, at, dy, below)) >> 2);
                int last = Math.min(right, (int) (x + EllipseSpan.right(r, at, dy, below)) >> 2);
                blocks &= first > last ? 0 : (2 << last) - (1 << first);
            }
            FloatVector v = vRamp.add(vy * dy);
            FloatVector base = v.fma(v, FloatVector.broadcast(FLOATS, bias));
            float offset = uy * dy - ux * x;
            int firstBlock = band * BLOCKS_PER_BAND;
            for (int rest = blocks; rest != 0; rest &= rest - 1) {
                int block = Integer.numberOfTrailingZeros(rest);
                int i = (firstBlock + block) * (Tile.CHANNELS * LANES);
                FloatVector u = uRamp.add(offset + block * step);
                FloatVector alpha = alpha(u.fma(u, base));
                FloatVector t = FloatVector.fromArray(FLOATS, pixels, i + 3 * LANES);
                FloatVector weight = alpha.mul(t);
                weight.fma(red, FloatVector.fromArray(FLOATS, pixels, i)).intoArray(pixels, i);
                weight.fma(green, FloatVector.fromArray(FLOATS, pixels, i + LANES))
                        .intoArray(pixels, i + LANES);
                weight.fma(blue, FloatVector.fromArray(FLOATS, pixels, i + 2 * LANES))
                        .intoArray(pixels, i + 2 * LANES);
                t.sub(weight).intoArray(pixels, i + 3 * LANES);
            }
        }
    }

    /** 2^-exponent where that is at least the minimum alpha, otherwise 0; at most the maximum alpha. */
    private static FloatVector alpha(FloatVector exponent) {
        FloatVector rounder = FloatVector.broadcast(FLOATS, FastExp.ROUNDER);
        FloatVector shifted = rounder.sub(exponent);
        FloatVector fraction = rounder.sub(shifted).sub(exponent);
        FloatVector power = fraction.fma(
                        FloatVector.broadcast(FLOATS, FastExp.P3), FloatVector.broadcast(FLOATS, FastExp.P2))
                .fma(fraction, FloatVector.broadcast(FLOATS, FastExp.P1))
                .fma(fraction, FloatVector.broadcast(FLOATS, FastExp.P0));
        IntVector visible =
                exponent.reinterpretAsInts().sub(MAX_EXPONENT_BITS + 1).lanewise(VectorOperators.ASHR, 31);
        return power.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .and(visible)
                .min(IntVector.broadcast(INTS, MAX_ALPHA_BITS))
                .reinterpretAsFloats();
    }
}
