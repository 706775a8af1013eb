package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Projection;

/**
 * The horizontal extent of a record's visible ellipse within a band of rows that it reaches. The ellipse is
 * {@code u^2 + v^2 <= reach}; along one row its ends are at {@code dx = (-UY dy +- sqrt(reach - (VY dy)^2)) / UX}, and
 * over a band the right end is farthest at the row nearest to {@code LEAN}, the left end at the row nearest to
 * {@code -LEAN}.
 */
public final class EllipseSpan {

    private EllipseSpan() {}

    /** Right end within the rows {@code top} to {@code bottom}, relative to the centre like the rows; in pixels. */
    public static float right(float[] r, int at, float top, float bottom) {
        float dy = within(r[at + Projection.LEAN], top, bottom);
        return r[at + Projection.INVERSE_UX] * (root(r, at, dy) - r[at + Projection.UY] * dy);
    }

    /** Left end, likewise. */
    public static float left(float[] r, int at, float top, float bottom) {
        float dy = within(-r[at + Projection.LEAN], top, bottom);
        return r[at + Projection.INVERSE_UX] * (-root(r, at, dy) - r[at + Projection.UY] * dy);
    }

    /** Plain comparisons: Math.min takes several instructions to handle negative zero. */
    private static float within(float value, float low, float high) {
        if (value < low) {
            return low;
        }
        return value > high ? high : value;
    }

    /** The band contains a row of the ellipse, so the radicand can be negative only by rounding. */
    private static float root(float[] r, int at, float dy) {
        float v = r[at + Projection.VY] * dy;
        return (float) Math.sqrt(Math.abs(Projection.MAX_EXPONENT - r[at + Projection.BIAS] - v * v));
    }
}
