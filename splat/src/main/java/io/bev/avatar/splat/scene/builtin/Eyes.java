package io.bev.avatar.splat.scene.builtin;

/** Eyeballs: white, iris, pupil and reflections. The iris slides on the ball as the gaze moves. */
final class Eyes {

    private static final double IRIS = 0.0077;
    private static final double PUPIL = 0.0030;
    private static final double RING = 0.00047;
    /** Bulge of the cornea, which also keeps the sliding iris in front of the white. */
    private static final double CORNEA = 0.0007;

    private static final Vec3 WHITE = Lighting.linear(0xE4DEDA);
    private static final Vec3 VEINED = Lighting.linear(0xC98F86);
    private static final Vec3 IRIS_RIM = Lighting.linear(0x12262E);
    private static final Vec3 IRIS_OUTER = Lighting.linear(0x2F7480);
    private static final Vec3 IRIS_INNER = Lighting.linear(0x7CC0B4);
    private static final Vec3 IRIS_HEART = Lighting.linear(0xB58A4E);
    private static final Vec3 BLACK = new Vec3(0.004, 0.004, 0.006);

    /** Rotation of the eye by a gaze blendshape at weight 1. */
    private enum Gaze {
        IN("eyeLookIn", -27, 0),
        OUT("eyeLookOut", 27, 0),
        UP("eyeLookUp", 0, 21),
        DOWN("eyeLookDown", 0, -24);

        private final String stem;
        private final double azimuth;
        private final double elevation;

        Gaze(String stem, double azimuthDegrees, double elevationDegrees) {
            this.stem = stem;
            this.azimuth = Math.toRadians(azimuthDegrees);
            this.elevation = Math.toRadians(elevationDegrees);
        }

        Vec3 turn(Vec3 fromCentre, double share) {
            return fromCentre.aboutX(-elevation * share).aboutY(azimuth * share);
        }
    }

    private final SurfelBuilder out;

    Eyes(SurfelBuilder out) {
        this.out = out;
    }

    void addBoth() {
        for (Side side : Side.values()) {
            addWhite(side);
            addIris(side);
            addReflections(side);
        }
    }

    private void addWhite(Side side) {
        double step = 0.00155 / EyeShape.RADIUS;
        for (double e = -0.75; e <= 0.75; e += step) {
            for (double a = -1.25; a <= 1.25; a += step / Math.cos(e)) {
                Vec3 left = EyeShape.onBall(EyeShape.RADIUS, a, e);
                Vec3 normal = side.of(left.minus(EyeShape.CENTRE).unit());
                double corner = Curves.smooth(0.45, 1.0, Math.abs(a));
                double shade = shadeOfLids(a, e) * (0.66 + 0.34 * Math.max(0, normal.dot(Lighting.KEY)));
                Vec3 colour = Lighting.display(WHITE.lerp(VEINED, 0.55 * corner).times(0.72 * shade));
                out.add(Surfel.disc(Part.EYE, side.of(left), normal, 0.00115, colour));
            }
        }
        addCaruncle(side);
    }

    private void addCaruncle(Side side) {
        for (int i = 0; i < 26; i++) {
            double s = -0.99 + 0.13 * Noise.hash(i, 1, 7);
            double e = EyeShape.middle(s) + 0.05 * (Noise.hash(i, 2, 7) - 0.5);
            Vec3 left = EyeShape.onBall(EyeShape.RADIUS + 0.0006, s * EyeShape.HALF_WIDTH, e);
            Vec3 colour = Lighting.display(Lighting.linear(0xC4746A).times(0.35 + 0.25 * Noise.hash(i, 3, 7)));
            out.add(Surfel.disc(Part.EYE, side.of(left), side.of(left.minus(EyeShape.CENTRE)), 0.0006, colour));
        }
    }

    /** Shadow of lids and lashes on the ball, strongest under the upper lid. */
    private static double shadeOfLids(double azimuth, double elevation) {
        double s = Math.max(-1, Math.min(1, azimuth / EyeShape.HALF_WIDTH));
        double below = EyeShape.upperMargin(s) - elevation;
        double above = elevation - EyeShape.lowerMargin(s);
        return Curves.lerp(0.16, 1, Curves.smooth(-0.06, 0.28, below))
                * Curves.lerp(0.55, 1, Curves.smooth(-0.05, 0.12, above))
                * Curves.lerp(0.45, 1, Curves.smooth(1.02, 0.60, Math.abs(s)));
    }

    private void addIris(Side side) {
        int rings = (int) Math.round(IRIS / RING);
        for (int ring = 0; ring <= rings; ring++) {
            double r = ring * RING;
            int around = Math.max(1, (int) Math.round(2 * Math.PI * r / RING));
            for (int k = 0; k < around; k++) {
                double turn = 2 * Math.PI * (k + 0.5 * (ring % 2)) / around;
                addIrisSurfel(side, r, turn);
            }
        }
    }

    private void addIrisSurfel(Side side, double r, double turn) {
        double azimuth = r / EyeShape.RADIUS * Math.cos(turn);
        double elevation = r / EyeShape.RADIUS * Math.sin(turn);
        double dome = CORNEA + 0.0006 * (1 - r * r / (IRIS * IRIS));
        Vec3 left = EyeShape.onBall(EyeShape.RADIUS + dome, azimuth, elevation);
        Vec3 normal = left.minus(EyeShape.CENTRE).unit();
        Vec3 radial = new Vec3(Math.cos(turn), Math.sin(turn), 0);
        Vec3 tangent = side.of(radial.minus(normal.times(radial.dot(normal))).unit());
        double t = r / IRIS;
        // Both eyes are lit from the same side of the image, so the shading must not be mirrored.
        double seen = side == Side.LEFT ? turn : Math.PI - turn;
        Vec3 colour = Lighting.display(irisColour(t, turn, seen).times(shadeOfLids(azimuth, elevation)));
        double opacity = t > 0.96 ? 0.75 : 0.97;
        int index = out.add(new Surfel(
                Part.EYE,
                side.of(left),
                tangent,
                side.of(normal),
                RING * 0.95,
                RING * 0.62,
                RING * 0.3,
                opacity,
                colour));
        addGaze(side, index, left, 1);
    }

    private static Vec3 irisColour(double t, double turn, double seen) {
        double pupil = PUPIL / IRIS;
        if (t < pupil - 0.02) {
            return BLACK;
        }
        double u = Curves.clamp01((t - pupil) / (1 - pupil));
        double fibre = Noise.smooth(Math.cos(turn) * 9, Math.sin(turn) * 9, t * 1.2)
                + 0.7 * Noise.smooth(Math.cos(turn) * 21, Math.sin(turn) * 21, t * 2.0 + 9);
        double wave = 0.10 * Noise.smooth(Math.cos(turn) * 4, Math.sin(turn) * 4, 3);
        Vec3 colour = IRIS_HEART
                .lerp(IRIS_INNER, Curves.smooth(0.02, 0.34, u + wave))
                .lerp(IRIS_OUTER, Curves.smooth(0.35, 0.85, u + wave))
                .lerp(IRIS_RIM, Curves.smooth(0.72, 0.98, u));
        // Light enters on the side of the key light and collects on the far side of the iris.
        double gathered = Math.max(0, Math.cos(seen + 0.85));
        double light = 0.42 + 1.15 * gathered * Curves.bell(0.5, 0.3, u);
        double edge = Curves.smooth(0, 0.12, u);
        return BLACK.lerp(colour.times(light * (1 + 0.42 * fibre)), edge);
    }

    private void addReflections(Side side) {
        addReflection(side, -0.120, 0.130, 0.00140, 0.95, new Vec3(1, 1, 1));
        addReflection(side, -0.088, 0.098, 0.00095, 0.70, new Vec3(1, 0.99, 0.97));
        addReflection(side, 0.135, -0.120, 0.00085, 0.42, new Vec3(0.75, 0.92, 1));
    }

    /** A reflected lamp moves little while the eye turns. */
    private void addReflection(
            Side side, double azimuth, double elevation, double radius, double opacity, Vec3 colour) {
        double mirrored = side == Side.LEFT ? azimuth : -azimuth;
        Vec3 left = EyeShape.onBall(EyeShape.RADIUS + 0.0017, mirrored, elevation);
        Vec3 normal = side.of(left.minus(EyeShape.CENTRE));
        int index = out.add(
                Surfel.disc(Part.EYE, side.of(left), normal, radius, colour).withOpacity(opacity));
        addGaze(side, index, left, 0.45);
    }

    private void addGaze(Side side, int index, Vec3 left, double share) {
        Vec3 d = left.minus(EyeShape.CENTRE);
        for (Gaze gaze : Gaze.values()) {
            out.shift(side.target(gaze.stem), index, side.of(gaze.turn(d, share).minus(d)));
        }
    }
}
