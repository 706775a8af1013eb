package io.bev.avatar.splat.scene.builtin;

/** Colour of the skin at rest by position: base tone, blush, freckles, shadowed eyelids. */
final class Complexion {

    private static final Vec3 BASE = Lighting.linear(0xD9A283);
    private static final Vec3 BLUSH = Lighting.linear(0xCC6E5C);
    private static final Vec3 DEEP = Lighting.linear(0x96503F);
    private static final Vec3 FRECKLE = Lighting.linear(0x9A5E42);

    private static final Vec3 NOSTRIL = Lighting.linear(0x3A1714);

    private Complexion() {}

    /** Linear albedo at a point of the skin. */
    static Vec3 at(Vec3 p) {
        Vec3 q = new Vec3(Math.abs(p.x()), p.y(), p.z());
        double blush = 0.42 * Curves.bell(new Vec3(0.041, -0.029, 0.066), new Vec3(0.017, 0.012, 0.03), q)
                + 0.34 * Curves.bell(new Vec3(0, -0.035, 0.107), new Vec3(0.011, 0.009, 0.012), q)
                + 0.75 * Curves.bell(new Vec3(0.080, -0.010, -0.015), new Vec3(0.010, 0.035, 0.020), q)
                + 0.22 * Curves.bell(new Vec3(0, -0.110, 0.080), new Vec3(0.014, 0.009, 0.02), q)
                + 0.10 * Curves.bell(new Vec3(0, -0.072, 0.084), new Vec3(0.024, 0.014, 0.03), q);
        double deep = 0.40
                        * Curves.bell(
                                HeadShape.MOUTH_CORNER.plus(new Vec3(0.001, 0, 0)), new Vec3(0.0022, 0.0018, 0.010), q)
                + 0.28 * Curves.bell(new Vec3(0.0135, 0.001, 0.080), new Vec3(0.006, 0.010, 0.012), q)
                + 0.20 * Curves.bell(new Vec3(0.033, -0.0125, 0.082), new Vec3(0.015, 0.004, 0.02), q);
        double mottle = 0.035 * Noise.smooth(p.x() * 160, p.y() * 160, p.z() * 160)
                + 0.030 * Noise.smooth(p.x() * 420, p.y() * 420, p.z() * 420);
        Vec3 tone = BASE.lerp(BLUSH, Curves.clamp01(blush)).lerp(DEEP, Curves.clamp01(deep));
        double nostril = Curves.bell(new Vec3(0.0054, -0.0425, 0.0945), new Vec3(0.0024, 0.0020, 0.0050), q);
        return tone.lerp(FRECKLE, freckles(p, q))
                .lerp(NOSTRIL, Math.min(0.92, 1.1 * nostril))
                .times(1 + mottle);
    }

    private static double freckles(Vec3 p, Vec3 q) {
        double where = Curves.bell(new Vec3(0.026, -0.026, 0.08), new Vec3(0.018, 0.008, 0.03), q)
                + 0.6 * Curves.bell(new Vec3(0, -0.018, 0.10), new Vec3(0.010, 0.010, 0.03), q);
        double spot = Noise.smooth(p.x() * 520 + 31, p.y() * 520, p.z() * 200);
        return 0.34 * Math.min(1, where) * Curves.smooth(0.38, 0.62, spot);
    }
}
