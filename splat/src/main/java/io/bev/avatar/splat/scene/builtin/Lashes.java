package io.bev.avatar.splat.scene.builtin;

/** Lashes: short chains of needles whose links move apart, so that a lash turns with its lid. */
final class Lashes {

    private static final int LINKS = 5;
    private static final Vec3 INK = Lighting.display(Lighting.linear(0x17100E));

    private Lashes() {}

    private record Lash(double s, boolean upper, double length, double splay, double lift) {}

    static void add(SurfelBuilder out, Side side) {
        for (int i = 0; i < 60; i++) {
            double s = -0.84 + 1.82 * i / 59 + 0.02 * (Noise.hash(i, 5, 1) - 0.5);
            double length = 0.0024 + 0.0038 * Curves.smooth(-0.9, 0.75, s);
            double gathered = (i % 3 - 1) * -0.20;
            double splay = 0.62 * s + 0.10 + gathered + 0.12 * (Noise.hash(i, 5, 4) - 0.5);
            double lift = 0.50 + 0.35 * Noise.hash(i / 3, 5, 3);
            addLash(out, side, new Lash(s, true, length * (0.72 + 0.42 * Noise.hash(i, 5, 2)), splay, lift));
        }
        for (int i = 0; i < 44; i++) {
            double s = -0.62 + 1.56 * i / 43 + 0.03 * (Noise.hash(i, 6, 1) - 0.5);
            double length = (0.0010 + 0.0012 * Noise.hash(i, 6, 2)) * Curves.smooth(-1.1, 0.1, s);
            addLash(out, side, new Lash(s, false, length, 0.6 * s + (i % 3 - 1) * 0.25, -0.75));
        }
    }

    private static void addLash(SurfelBuilder out, Side side, Lash lash) {
        for (int k = 0; k < LINKS; k++) {
            Vec3 from = point(lash, k, 0);
            Vec3 to = point(lash, k + 1, 0);
            double taper = 1 - 0.75 * k / LINKS;
            double radius = (lash.upper() ? 0.00017 : 0.00011) * taper;
            double opacity = lash.upper() ? 0.92 - 0.08 * k : 0.42 - 0.075 * k;
            int index = out.add(Surfel.needle(
                    Part.LID, side.of(from), side.of(to), new Vec3(0, 0, 1), Math.max(radius, 0.00008), opacity, INK));
            shift(out, side, "eyeBlink", index, lash, k, 1, 1);
            shift(out, side, "eyeSquint", index, lash, k, 0.20, 0.85);
            shift(out, side, "eyeWide", index, lash, k, -0.26, -0.35);
            shift(out, side, "eyeLookDown", index, lash, k, 0.34, -0.45);
            shift(out, side, "eyeLookUp", index, lash, k, -0.20, 0.15);
            shift(out, side, "cheekSquint", index, lash, k, 0, 0.40);
        }
    }

    private static void shift(
            SurfelBuilder out, Side side, String stem, int index, Lash lash, int k, double upper, double lower) {
        double closing = lash.upper() ? upper : lower;
        Vec3 rest = point(lash, k, 0).lerp(point(lash, k + 1, 0), 0.5);
        Vec3 moved = point(lash, k, closing).lerp(point(lash, k + 1, closing), 0.5);
        out.shift(side.target(stem), index, side.of(moved.minus(rest)));
    }

    /** Joint {@code k} of a lash: out from the lid, then curling. */
    private static Vec3 point(Lash lash, int k, double closing) {
        Vec3 root = Eyelids.point(lash.s(), 1, EyeShape.LID_RADIUS + 0.0004, lash.upper(), closing);
        Vec3 outward = root.minus(EyeShape.CENTRE).unit();
        double t = (double) k / LINKS;
        double curl = lash.lift() * (0.25 + 0.9 * t) - (lash.upper() ? 1.05 * closing : 0);
        Vec3 direction =
                new Vec3(lash.splay(), curl, 0).plus(outward.times(0.62)).unit();
        return root.plus(direction.times(lash.length() * t));
    }
}
