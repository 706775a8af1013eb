package io.bev.avatar.splat.scene.builtin;

/** Eyebrows, hair by hair along an arch. */
final class Brows {

    private static final Vec3 HAIR = Lighting.linear(0x46291D);
    private static final int LINKS = 3;

    private final SurfelBuilder out;
    private final HeadShape head;

    Brows(SurfelBuilder out, HeadShape head) {
        this.out = out;
        this.head = head;
    }

    void addBoth() {
        for (int i = 0; i < 210; i++) {
            double t = (i + 0.6 * Noise.hash(i, 1, 21)) / 210;
            double v = 2 * Noise.hash(i, 2, 21) - 1;
            addHair(i, t, v);
        }
    }

    /** Middle line of the brow, {@code t} from 0 at the nose to 1 at the temple. */
    private static double centreY(double t) {
        return 0.0178 + 0.0095 * Math.sin(Math.PI * Math.pow(t, 1.1) * 0.70) - 0.0026 * t * t;
    }

    private static double halfHeight(double t) {
        return 0.0028 * Math.pow(Math.max(0, 1 - t), 0.55) * Curves.lerp(0.75, 1, Curves.smooth(0, 0.25, t)) + 0.0004;
    }

    private void addHair(int i, double t, double v) {
        double x = Curves.lerp(0.0125, 0.0530, t);
        double y = centreY(t) + v * halfHeight(t);
        double rise = Curves.lerp(0.62, -0.22, Curves.smooth(0, 0.45, t)) - 0.45 * v * t;
        double angle = rise + 0.18 * (Noise.hash(i, 3, 21) - 0.5);
        double length = Curves.lerp(0.0050, 0.0066, t) * (0.8 + 0.4 * Noise.hash(i, 4, 21));
        double slope = (centreY(t + 0.02) - centreY(t)) / (0.02 * 0.0405);
        double dx = Math.cos(angle);
        double dy = Math.sin(angle) + slope * 0.9 * dx;
        double light = 0.55 + 0.7 * Noise.hash(i, 5, 21);
        for (int k = 0; k < LINKS; k++) {
            Vec3 from = lift(x + dx * length * k / LINKS, y + dy * length * k / LINKS, k);
            Vec3 to = lift(x + dx * length * (k + 1) / LINKS, y + dy * length * (k + 1) / LINKS, k + 1);
            double fade = (k == 2 ? 0.55 : 0.85) * Curves.smooth(-0.10, 0.26, t);
            Vec3 colour = Lighting.display(HAIR.times(light));
            for (Side side : Side.values()) {
                out.add(Surfel.needle(
                        Part.BROW, side.of(from), side.of(to), new Vec3(0, 0, 1), 0.00030 - 0.00005 * k, fade, colour));
            }
        }
    }

    private Vec3 lift(double x, double y, int k) {
        return new Vec3(x, y, head.frontZ(x, y) + 0.0007 + 0.0002 * k);
    }
}
