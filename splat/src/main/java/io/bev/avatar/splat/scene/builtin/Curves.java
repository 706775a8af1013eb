package io.bev.avatar.splat.scene.builtin;

/** Shaping functions of one number. */
final class Curves {

    private Curves() {}

    static double clamp01(double t) {
        return Math.max(0, Math.min(1, t));
    }

    static double lerp(double a, double b, double t) {
        return a + (b - a) * t;
    }

    /** 0 below {@code from}, 1 above {@code to}, smooth between; decreasing if {@code from > to}. */
    static double smooth(double from, double to, double v) {
        double t = clamp01((v - from) / (to - from));
        return t * t * (3 - 2 * t);
    }

    /** Bell of height 1 around {@code centre}; {@code width} is its standard deviation. */
    static double bell(double centre, double width, double v) {
        double t = (v - centre) / width;
        return Math.exp(-0.5 * t * t);
    }

    /** Bell around a point, with one width per axis. */
    static double bell(Vec3 centre, Vec3 width, Vec3 p) {
        double dx = (p.x() - centre.x()) / width.x();
        double dy = (p.y() - centre.y()) / width.y();
        double dz = (p.z() - centre.z()) / width.z();
        return Math.exp(-0.5 * (dx * dx + dy * dy + dz * dz));
    }
}
