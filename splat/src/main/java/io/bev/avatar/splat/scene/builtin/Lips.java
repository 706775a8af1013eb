package io.bev.avatar.splat.scene.builtin;

/** Both lips: the red part, and the wet inside that is visible when the mouth is open. */
final class Lips {

    private static final double STEP = 0.00085;
    private static final Vec3 RED = Lighting.linear(0xB65F58);
    private static final Vec3 WET = Lighting.linear(0x84383A);

    private final SurfelBuilder out;
    private final HeadShape head;
    private final Lighting lighting;

    Lips(SurfelBuilder out, HeadShape head, Lighting lighting) {
        this.out = out;
        this.head = head;
        this.lighting = lighting;
    }

    /** Height of the line where the lips meet, {@code u} from 0 (middle) to 1 (corner). */
    static double line(double u) {
        return HeadShape.MOUTH_Y
                + 0.0004 * Curves.bell(0.32, 0.16, u)
                - 0.0005 * Curves.bell(0, 0.16, u)
                + 0.0038 * u * u * u;
    }

    private static double upperBorder(double u) {
        double bow = 0.0066 - 0.0011 * Curves.bell(0, 0.10, u);
        return line(u) + bow * Math.max(0, 1 - Math.pow(u, 1.9));
    }

    private static double lowerBorder(double u) {
        return line(u) - 0.0095 * Math.pow(Math.max(0, 1 - Math.pow(u, 2.2)), 0.85);
    }

    /** True where the lips, not the skin, cover the head; for x &gt;= 0. */
    static boolean covers(Vec3 p) {
        double u = p.x() / HeadShape.MOUTH_CORNER.x();
        return u < 1 && p.z() > 0.06 && p.y() < upperBorder(u) - 0.0006 && p.y() > lowerBorder(u) + 0.0006;
    }

    void add() {
        int columns = (int) Math.round(HeadShape.MOUTH_CORNER.x() / STEP);
        for (int c = 0; c <= columns; c++) {
            double u = (double) c / columns;
            addColumn(u, true, 12);
            addColumn(u, false, 15);
        }
    }

    private void addColumn(double u, boolean upper, int rows) {
        double last = 1.9;
        for (int r = 0; r <= rows * last; r++) {
            double v = (double) r / rows;
            Vec3 p = point(u, v, upper);
            Vec3 n = normal(u, v, upper);
            for (Side side : Side.values()) {
                if (side == Side.LEFT || u > 0) {
                    out.add(surfel(lighting, u, v, upper, side.of(p), side.of(n)));
                }
            }
        }
    }

    private static Surfel surfel(Lighting lighting, double u, double v, boolean upper, Vec3 p, Vec3 n) {
        double crease = 0.09 * Noise.smooth(p.x() * 900, p.y() * 110, upper ? 3 : 8);
        Vec3 skin = Complexion.at(p);
        Vec3 albedo = skin.lerp(RED, Curves.smooth(-0.04, 0.20, v) * Curves.lerp(1, 0.75, u * u))
                .lerp(WET, Curves.smooth(0.72, 1.05, v))
                .times(1 + crease);
        double inside = Curves.smooth(0.72, 1.10, v);
        double open = (1 - 0.72 * inside) * (1 - 0.25 * Math.pow(u, 4)) * (upper ? 0.92 : 1);
        double key = (1 - inside) * (upper ? 0.85 : 1 - 0.35 * Curves.bell(1, 0.25, v));
        Vec3 colour = lighting.shade(albedo, n, Lighting.Finish.MOIST, open, key);
        Part part = upper ? Part.UPPER_LIP : Part.LOWER_LIP;
        return Surfel.disc(part, p, n, STEP * (v > 1 ? 1.0 : 0.78), colour);
    }

    /**
     * A point of the left half of a lip.
     *
     * @param v 0 at the outer border, 1 where the lips meet, beyond 1 inside the mouth
     */
    private Vec3 point(double u, double v, boolean upper) {
        double x = u * HeadShape.MOUTH_CORNER.x();
        double border = upper ? upperBorder(u) : lowerBorder(u);
        double outer = Math.min(v, 1);
        double y = Curves.lerp(border, line(u), outer);
        double full = (1 - u * u) * (upper ? 0.0015 : 0.0019);
        double tubercle = upper ? 0.0004 * Curves.bell(0, 0.16, u) * Curves.smooth(0.3, 0.9, outer) : 0;
        double bulge = full * Math.sin(Math.PI * Math.pow(outer, 0.85) * 0.93) + tubercle;
        double tuck = 0.0016 * Curves.smooth(0.75, 1, outer);
        double depth = Math.max(0, v - 1);
        double away = (upper ? 1 : -1) * 0.0045 * depth * (1 - u * u);
        return new Vec3(x, y + away, head.frontZ(x, y) + bulge - tuck - 0.009 * depth);
    }

    private Vec3 normal(double u, double v, boolean upper) {
        double e = 0.02;
        double u0 = Math.max(0, u - e);
        double u1 = Math.min(1, u + e);
        Vec3 across = point(u1, v, upper).minus(point(u0, v, upper));
        Vec3 down = point(u, v + e, upper).minus(point(u, Math.max(0, v - e), upper));
        Vec3 n = upper ? down.cross(across) : across.cross(down);
        return n.unit();
    }
}
