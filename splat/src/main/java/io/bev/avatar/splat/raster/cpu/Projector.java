package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Projection;
import io.bev.avatar.splat.raster.SplatConstants;
import io.bev.avatar.splat.scene.CoefficientFormat;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.SphericalHarmonics;

/** Projects a chunk of Gaussians and retains the visible ones. One per thread. */
final class Projector {

    /**
     * sqrt(log2(e) / 2), which converts half a quadratic form as an exponent of e into a sum of squares as an exponent
     * of 2.
     */
    private static final float ROOT_HALF_LOG2_E = 0.84932180f;

    /** Fraction of its box that an axis-aligned ellipse fills. */
    private static final float QUARTER_PI = 0.785398f;

    /** Cost of finding both ends of the ellipse in a band, in units of processed blocks; measured. */
    private static final float SPAN_COST = 2.4f;

    private final float[] basis = new float[GaussianCloud.coefficients(3)];

    /** Writes the records of the visible Gaussians of chunk {@code chunk}. */
    void project(PosedGaussians s, CameraView view, Projection out, int chunk) {
        int first = chunk * Projection.CHUNK;
        int end = Math.min(first + Projection.CHUNK, s.count);
        int at = first;
        int lowest = Integer.MAX_VALUE;
        int highest = 0;
        for (int i = first; i < end; i++) {
            float depth = projectOne(s, i, view, out.records, at * Projection.STRIDE);
            if (depth > 0) {
                int bits = Float.floatToRawIntBits(depth);
                out.depthBits[at] = bits;
                out.tiles[at] = tiles(out.records, at * Projection.STRIDE);
                lowest = Math.min(lowest, bits);
                highest = Math.max(highest, bits);
                at++;
            }
        }
        out.chunkCounts[chunk] = at - first;
        out.chunkLowest[chunk] = lowest;
        out.chunkHighest[chunk] = highest;
    }

    private static long tiles(float[] record, int at) {
        return (long) record[at + Projection.LEFT] >> Tile.SHIFT
                | ((long) record[at + Projection.RIGHT] >> Tile.SHIFT) << 16
                | ((long) record[at + Projection.TOP] >> Tile.SHIFT) << 32
                | ((long) record[at + Projection.BOTTOM] >> Tile.SHIFT) << 48;
    }

    /** Writes the record of Gaussian {@code i} and returns its depth; 0 if it is not visible. */
    private float projectOne(PosedGaussians s, int i, CameraView view, float[] record, int at) {
        float[] m = view.modelToCamera;
        float sx = s.x[i];
        float sy = s.y[i];
        float sz = s.z[i];
        float z = m[8] * sx + m[9] * sy + m[10] * sz + m[11];
        float opacity = s.opacity[i] > 1 ? 1 : s.opacity[i];
        if (!(z > view.near) || !(opacity >= SplatConstants.MIN_ALPHA)) {
            return 0;
        }
        float x = m[0] * sx + m[1] * sy + m[2] * sz + m[3];
        float y = m[4] * sx + m[5] * sy + m[6] * sz + m[7];
        float inverseZ = 1 / z;
        float slopeX = x * inverseZ;
        float slopeY = y * inverseZ;
        float j0 = view.focal * inverseZ;
        float jx = -j0 * within(slopeX, view.limitX);
        float jy = -j0 * within(slopeY, view.limitY);
        float u0 = j0 * m[0] + jx * m[8];
        float u1 = j0 * m[1] + jx * m[9];
        float u2 = j0 * m[2] + jx * m[10];
        float v0 = j0 * m[4] + jy * m[8];
        float v1 = j0 * m[5] + jy * m[9];
        float v2 = j0 * m[6] + jy * m[10];
        float cxx = s.covXx[i];
        float cxy = s.covXy[i];
        float cxz = s.covXz[i];
        float cyy = s.covYy[i];
        float cyz = s.covYz[i];
        float czz = s.covZz[i];
        float su0 = cxx * u0 + cxy * u1 + cxz * u2;
        float su1 = cxy * u0 + cyy * u1 + cyz * u2;
        float su2 = cxz * u0 + cyz * u1 + czz * u2;
        float sv0 = cxx * v0 + cxy * v1 + cxz * v2;
        float sv1 = cxy * v0 + cyy * v1 + cyz * v2;
        float sv2 = cxz * v0 + cyz * v1 + czz * v2;
        float xx = u0 * su0 + u1 * su1 + u2 * su2;
        float xy = v0 * su0 + v1 * su1 + v2 * su2;
        float yy = v0 * sv0 + v1 * sv1 + v2 * sv2;
        if (s.antialiased) {
            opacity *= SplatConstants.compensation(xx, xy, yy);
            if (!(opacity >= SplatConstants.MIN_ALPHA)) {
                return 0;
            }
        }
        xx += SplatConstants.DILATION;
        yy += SplatConstants.DILATION;
        float px = view.focal * slopeX + view.centreX;
        float py = view.focal * slopeY + view.centreY;
        if (!place(px, py, xx, xy, yy, opacity, view, record, at)) {
            return 0;
        }
        colour(s, i, view, record, at);
        return z;
    }

    /**
     * Writes geometry and extent; false if the visible ellipse is outside the image. Roots and quotients are shared
     * between the fields, as they take most of the time.
     */
    private static boolean place(
            float px, float py, float xx, float xy, float yy, float opacity, CameraView view, float[] record, int at) {
        float determinant = xx * yy - xy * xy;
        if (!(determinant > 0) || !(determinant < Float.POSITIVE_INFINITY)) {
            return false;
        }
        float bias = -FastExp.log2(opacity);
        float reach = (float) Math.sqrt(Projection.MAX_EXPONENT - bias) * (1 / ROOT_HALF_LOG2_E);
        float rootXx = (float) Math.sqrt(xx);
        float rootYy = (float) Math.sqrt(yy);
        float halfWidth = reach * rootXx;
        float halfHeight = reach * rootYy;
        int left = Math.max(0, ceil(px - halfWidth));
        int right = Math.min(view.width - 1, floor(px + halfWidth));
        int top = Math.max(0, ceil(py - halfHeight));
        int bottom = Math.min(view.height - 1, floor(py + halfHeight));
        if (reach > SplatConstants.EXTENT_SIGMAS) {
            // The published extent is whole tiles; nothing beyond them is rendered, however opaque.
            float radius = publishedRadius(xx, yy, determinant);
            left = Math.max(left, firstPixel(px, radius, view.tilesX));
            right = Math.min(right, lastPixel(px, radius, view.tilesX));
            top = Math.max(top, firstPixel(py, radius, view.tilesY));
            bottom = Math.min(bottom, lastPixel(py, radius, view.tilesY));
        }
        float rootDeterminant = (float) Math.sqrt(determinant);
        float inverseRootXx = 1 / rootXx;
        float inverseRootYy = 1 / rootYy;
        float ux = ROOT_HALF_LOG2_E * rootYy / rootDeterminant;
        float vy = ROOT_HALF_LOG2_E * inverseRootYy;
        if (left > right || top > bottom || !(ux > 0)) {
            return false;
        }
        float filled = QUARTER_PI * rootDeterminant * inverseRootXx * inverseRootYy;
        record[at + Projection.X] = px;
        record[at + Projection.Y] = py;
        record[at + Projection.UX] = ux;
        record[at + Projection.UY] = -ux * xy * inverseRootYy * inverseRootYy;
        record[at + Projection.VY] = vy;
        record[at + Projection.BIAS] = bias;
        record[at + Projection.LEAN] = xy * reach * inverseRootXx;
        record[at + Projection.INVERSE_UX] = rootDeterminant * inverseRootYy * (1 / ROOT_HALF_LOG2_E);
        record[at + Projection.LEFT] = left;
        record[at + Projection.RIGHT] = right;
        record[at + Projection.TOP] = top;
        record[at + Projection.BOTTOM] = bottom;
        record[at + Projection.SPAN_WIDTH] = SPAN_COST / (1 - filled) - 1;
        return true;
    }

    private static float within(float value, float limit) {
        if (value > limit) {
            return limit;
        }
        return value < -limit ? -limit : value;
    }

    private static float publishedRadius(float xx, float yy, float determinant) {
        float middle = (xx + yy) / 2;
        float largest =
                middle + (float) Math.sqrt(Math.max(SplatConstants.MIN_DISCRIMINANT, middle * middle - determinant));
        return (float) Math.ceil(SplatConstants.EXTENT_SIGMAS * (float) Math.sqrt(largest));
    }

    private static int firstPixel(float centre, float radius, int tiles) {
        return SplatConstants.TILE * Math.max(0, Math.min(tiles, (int) ((centre - radius) / SplatConstants.TILE)));
    }

    private static int lastPixel(float centre, float radius, int tiles) {
        int tile = (int) ((centre + radius + SplatConstants.TILE - 1) / SplatConstants.TILE);
        return SplatConstants.TILE * Math.max(0, Math.min(tiles, tile)) - 1;
    }

    private static int ceil(float value) {
        int whole = (int) value;
        return whole < value ? whole + 1 : whole;
    }

    private static int floor(float value) {
        int whole = (int) value;
        return whole > value ? whole - 1 : whole;
    }

    private void colour(PosedGaussians s, int i, CameraView view, float[] record, int at) {
        float red = s.red[i];
        float green = s.green[i];
        float blue = s.blue[i];
        if (s.shDegree > 0) {
            float dx = s.x[i] - view.eyeX;
            float dy = s.y[i] - view.eyeY;
            float dz = s.z[i] - view.eyeZ;
            float inverse = 1 / (float) Math.sqrt(dx * dx + dy * dy + dz * dz);
            SphericalHarmonics.basis(s.shDegree, dx * inverse, dy * inverse, dz * inverse, basis);
            int k = GaussianCloud.coefficients(s.shDegree);
            // All three at once: three independent sums. The gain is applied to the basis, once for three coefficients.
            short[] sh = s.sh;
            int first = 3 * i * k;
            for (int j = 0; j < k; j++) {
                float weight = basis[j] * CoefficientFormat.GAIN;
                red += CoefficientFormat.unpackScaled(sh[first + j]) * weight;
                green += CoefficientFormat.unpackScaled(sh[first + k + j]) * weight;
                blue += CoefficientFormat.unpackScaled(sh[first + 2 * k + j]) * weight;
            }
        }
        record[at + Projection.RED] = red > 0 ? red : 0;
        record[at + Projection.GREEN] = green > 0 ? green : 0;
        record[at + Projection.BLUE] = blue > 0 ? blue : 0;
    }
}
