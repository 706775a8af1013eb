package io.bev.avatar.splat.scene.builtin;

/** Upper and lower lids with their rims and lashes, on a ball around the eye. */
final class Eyelids {

    private static final int COLUMNS = 44;
    private static final int HIDDEN_COLUMNS = 4;
    private static final int UPPER_ROWS = 21;
    /** Rows hidden above the crease, visible when the brow lifts. */
    private static final int FOLDED_ROWS = 6;

    private static final int LOWER_ROWS = 10;
    private static final Vec3 SHADOW = Lighting.linear(0x9A5B48);
    private static final Vec3 WATERLINE = Lighting.linear(0xC98278);
    private static final Vec3 INK = Lighting.linear(0x1A0F0C);

    private final SurfelBuilder out;
    private final Lighting lighting;

    Eyelids(SurfelBuilder out, Lighting lighting) {
        this.out = out;
        this.lighting = lighting;
    }

    /** Movement of the lid margins by a blendshape: 1 closes a lid, negative values open it further. */
    private record Motion(String stem, double upper, double lower) {}

    private static final Motion[] MOTIONS = {
        new Motion("eyeBlink", 1, 1),
        new Motion("eyeSquint", 0.20, 0.85),
        new Motion("eyeWide", -0.26, -0.35),
        new Motion("eyeLookDown", 0.34, -0.45),
        new Motion("eyeLookUp", -0.20, 0.15),
        new Motion("cheekSquint", 0, 0.40)
    };

    /** True where the lids, not the skin, cover the head; for x &gt;= 0. */
    static boolean covers(Vec3 p) {
        double s = EyeShape.azimuth(p) / EyeShape.HALF_WIDTH;
        // Beside the nose the skin reaches as far as the lid: from the side one would look into the head between them.
        double e = EyeShape.elevation(p);
        double above = 0.14 * Curves.smooth(0.08, 0.22, e - EyeShape.middle(s));
        double clearance = Curves.lerp(0.004, 0.0009, Curves.smooth(-0.62, -0.88, s - above));
        if (Math.abs(s) > 0.998 || p.minus(EyeShape.CENTRE).length() > EyeShape.LID_RADIUS + clearance) {
            return false;
        }
        return e < EyeShape.crease(s) - 0.015 && e > EyeShape.lowerEdge(s) + 0.03;
    }

    /** Mobility of the skin at {@code p}, for the left half: 0 at the upper lid, 1 away from the eye. */
    static double slack(Vec3 p) {
        double away = p.minus(EyeShape.CENTRE).length() - EyeShape.LID_RADIUS;
        if (away > 0.010) {
            return 1;
        }
        double s = EyeShape.azimuth(p) / EyeShape.HALF_WIDTH;
        double near = Curves.smooth(0.010, 0.003, away) * Curves.smooth(1.5, 1.05, Math.abs(s));
        double within = Math.max(-1, Math.min(1, s));
        double above = EyeShape.elevation(p) - EyeShape.crease(within);
        return 1 - near * Curves.smooth(0.34, 0.02, above) * Curves.smooth(-0.6, -0.2, above);
    }

    void addBoth() {
        for (Side side : Side.values()) {
            // Beyond the inner corner they close the gap to the skin of the nose.
            for (int c = -HIDDEN_COLUMNS; c <= COLUMNS; c++) {
                double s = 2.0 * c / COLUMNS - 1;
                addUpper(side, s);
                addLower(side, s);
            }
            Lashes.add(out, side);
        }
    }

    private void addUpper(Side side, double s) {
        for (int r = -FOLDED_ROWS; r <= UPPER_ROWS; r++) {
            double v = (double) r / UPPER_ROWS;
            double radius = EyeShape.LID_RADIUS + 0.0003 * v - 0.0007 * Curves.bell(0.06, 0.10, Math.max(0, v));
            double dark = 0.60 * Curves.bell(0, 0.16, Math.max(0, v))
                    + 0.26
                    + 0.34 * Curves.smooth(0.70, 1, v)
                    + 0.55 * folds(s, v)
                    + 0.25 * Curves.smooth(0.55, 1, Math.abs(s))
                    + 0.10 * Noise.smooth(s * 7, v * 6, 29);
            addLid(side, s, v, radius, true, dark);
        }
        if (s < -1) {
            return;
        }
        // The edge of the lid, dark from the roots of the lashes.
        for (int r = 0; r < 3; r++) {
            double radius = EyeShape.LID_RADIUS + 0.0005 - 0.0004 * r;
            Vec3 colour = Lighting.display(INK.times(1 + 0.6 * r));
            double size = 0.00034 + 0.00022 * Curves.smooth(-0.9, 0.8, s);
            addMargin(side, s, radius, true, size, colour, 0.92);
        }
    }

    /** Fine folds across the lid, visible when it is closed: their depth, 0..1. */
    private static double folds(double s, double v) {
        double bent = v + 0.06 * s * s + 0.012 * Noise.smooth(s * 5, v * 3, 17);
        double across = Curves.smooth(1, 0.5, Math.abs(s));
        return across
                * (0.55 * Curves.bell(0.17, 0.04, bent)
                        + 0.75 * Curves.bell(0.30, 0.03, bent)
                        + 0.45 * Curves.bell(0.44, 0.03, bent)
                        + 0.30 * Curves.bell(0.58, 0.028, bent));
    }

    /** Inclination of the surface by the folds, positive where it faces up. */
    private static double slope(double s, double v) {
        return folds(s, v + 0.02) - folds(s, v - 0.02);
    }

    private void addLower(Side side, double s) {
        for (int r = 0; r <= LOWER_ROWS; r++) {
            double v = (double) r / LOWER_ROWS;
            double radius = EyeShape.LID_RADIUS - 0.0003 * (1 - v);
            addLid(side, s, v, radius, false, 0.10 + 0.12 * Curves.smooth(0.7, 1, v));
        }
        for (int r = 0; s >= -1 && r < 3; r++) {
            double radius = EyeShape.LID_RADIUS - 0.0002 - 0.0006 * r;
            Vec3 colour = Lighting.display(WATERLINE.times(0.62 - 0.12 * r));
            addMargin(side, s, radius, false, 0.00045, colour, 0.9);
        }
    }

    private void addLid(Side side, double s, double v, double radius, boolean upper, double dark) {
        Vec3 rest = point(s, v, radius, upper, 0);
        Vec3 half = point(s, v, radius, upper, 0.5);
        Vec3 normal = side.of(half.minus(EyeShape.CENTRE).unit());
        Vec3 place = side.of(rest);
        Vec3 facing = side.of(rest.minus(EyeShape.CENTRE).unit());
        // Hidden rows are lit as at the crease, where they are when visible.
        Vec3 lit = side.of(point(s, Math.max(0, v), radius, upper, 0));
        // At the inner corner the ball turns into the head, deeper than a lid: without more light it would be a dark
        // mark.
        double corner = Curves.smooth(-0.40, -0.85, s);
        double open = Curves.lerp(lighting.openness(lit, facing), 0.75, corner);
        double key = Curves.lerp(lighting.keyShare(lit, facing), 0.5, corner);
        Vec3 albedo = Complexion.at(place).lerp(SHADOW, Curves.clamp01(dark));
        Vec3 outward = facing.lerp(new Vec3(0, 0, 1), 0.8 * corner).unit();
        if (upper && v > 0) {
            outward = outward.plus(new Vec3(0, 1.3 * slope(s, v), 0)).unit();
        }
        // The tear film wets the skin beside the lashes.
        Lighting.Finish finish = v > 0.86 ? Lighting.Finish.MOIST : Lighting.Finish.SKIN;
        Vec3 colour = lighting.shade(albedo, outward, finish, open, key);
        int index =
                out.add(Surfel.disc(Part.LID, place, normal, 0.00064, colour).withThickness(0.00022));
        addMotions(side, index, rest, s, v, radius, upper);
    }

    private void addMargin(
            Side side, double s, double radius, boolean upper, double size, Vec3 colour, double opacity) {
        Vec3 rest = point(s, 1, radius, upper, 0);
        Vec3 normal = side.of(rest.minus(EyeShape.CENTRE).unit());
        int index = out.add(Surfel.disc(Part.LID, side.of(rest), normal, size, colour)
                .withOpacity(opacity)
                .withThickness(size * 0.6));
        addMotions(side, index, rest, s, 1, radius, upper);
    }

    private void addMotions(Side side, int index, Vec3 rest, double s, double v, double radius, boolean upper) {
        if (v <= 0) {
            return;
        }
        for (Motion motion : MOTIONS) {
            double closing = upper ? motion.upper() : motion.lower();
            Vec3 moved = point(s, v, radius, upper, closing);
            out.shift(side.target(motion.stem()), index, side.of(moved.minus(rest)));
        }
    }

    /**
     * A point of a lid.
     *
     * @param v 0 at the edge to the face, 1 at the margin, negative in the hidden part
     * @param closing 0 at rest, 1 closed
     */
    static Vec3 point(double s, double v, double radius, boolean upper, double closing) {
        double base = upper ? EyeShape.crease(s) : EyeShape.lowerEdge(s);
        double rest = upper ? EyeShape.upperMargin(s) : EyeShape.lowerMargin(s);
        double margin = Curves.lerp(rest, EyeShape.closedMargin(s), closing);
        double elevation = v < 0 ? base - 0.9 * v : Curves.lerp(base, margin, v);
        return EyeShape.onBall(radius + 0.0015 * Math.min(0, v), s * EyeShape.HALF_WIDTH, elevation);
    }
}
