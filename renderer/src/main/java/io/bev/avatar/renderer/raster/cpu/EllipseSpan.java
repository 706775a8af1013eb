package io.bev.avatar.renderer.raster.cpu;

/**
 * Where a record's visible ellipse lies within a band of rows. The ellipse is {@code u^2 + v^2 <= reach}; along one row its
 * ends are at {@code dx = (-UY dy +- sqrt(reach - (VY dy)^2)) / UX}, and over a band the right end is farthest at the row
 * nearest to {@code LEAN}, the left end at the row nearest to {@code -LEAN}.
 */
public final class EllipseSpan {

    private EllipseSpan() {}

    /** Right end within the rows {@code top} to {@code bottom}, relative to the centre as they are; in pixels. */
    public static float right(float[] r, int at, float top, float bottom) {
        float dy = Math.max(top, Math.min(bottom, r[at + Projection.LEAN]));
        return r[at + Projection.INVERSE_UX] * (root(r, at, dy) - r[at + Projection.UY] * dy);
    }

    /** Left end, likewise. */
    public static float left(float[] r, int at, float top, float bottom) {
        float dy = Math.max(top, Math.min(bottom, -r[at + Projection.LEAN]));
        return r[at + Projection.INVERSE_UX] * (-root(r, at, dy) - r[at + Projection.UY] * dy);
    }

    private static float root(float[] r, int at, float dy) {
        float v = r[at + Projection.VY] * dy;
        float rest = Projection.MAX_EXPONENT - r[at + Projection.BIAS] - v * v;
        return rest > 0 ? (float) Math.sqrt(rest) : 0;
    }
}
