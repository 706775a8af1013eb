package io.bev.avatar.splat.scene.builtin;

/** The inside of the mouth: teeth, gums, tongue and the dark cavity behind them. */
final class MouthInside {

    /** Width and height of the teeth from the middle outwards. */
    private static final double[] UPPER_WIDTHS = {0.0086, 0.0068, 0.0076, 0.0070, 0.0070, 0.0080};

    private static final double[] UPPER_HEIGHTS = {0.0100, 0.0088, 0.0094, 0.0080, 0.0074, 0.0070};
    private static final double[] LOWER_WIDTHS = {0.0056, 0.0060, 0.0068, 0.0070, 0.0070, 0.0080};
    private static final double[] LOWER_HEIGHTS = {0.0082, 0.0082, 0.0086, 0.0076, 0.0070, 0.0066};

    private static final Vec3 ENAMEL = Lighting.linear(0xF4EBDB);
    private static final Vec3 GUM = Lighting.linear(0xA2504E);
    private static final Vec3 TONGUE = Lighting.linear(0xB2585A);
    private static final Vec3 THROAT = Lighting.linear(0x4A1A1C);

    private final SurfelBuilder out;

    MouthInside(SurfelBuilder out) {
        this.out = out;
    }

    void add() {
        addRow(UPPER_WIDTHS, UPPER_HEIGHTS, -0.0735, 1, 0.0798, Part.UPPER_MOUTH);
        addRow(LOWER_WIDTHS, LOWER_HEIGHTS, -0.0722, -1, 0.0772, Part.LOWER_MOUTH);
        addTongue();
        addCavity();
        addCheeks();
    }

    /** A point of the dental arch {@code along} its length from the middle. */
    private static Vec3 arch(double along, double front) {
        double a = along / 0.0255;
        return new Vec3(0.0298 * Math.sin(a), 0, front - 0.0190 * (1 - Math.cos(a)));
    }

    private void addRow(double[] widths, double[] heights, double edge, int up, double front, Part part) {
        double step = 0.00130;
        double along = 0;
        for (int tooth = 0; tooth < widths.length; tooth++) {
            int columns = (int) Math.ceil(widths[tooth] / step);
            int rows = (int) Math.ceil(heights[tooth] / step);
            for (int c = 0; c <= columns; c++) {
                double across = 2.0 * c / columns - 1;
                for (int r = 0; r <= rows + 5; r++) {
                    double height = (double) r / rows;
                    double rounding = 0.0013 * Math.pow(across, 4) * Curves.smooth(0.35, 0, height);
                    double bulge = 0.0009 * (1 - across * across) * (1 - 0.4 * height);
                    Vec3 a = arch(along + widths[tooth] * 0.5 * (1 + across), front + bulge);
                    Vec3 n = new Vec3(a.x() * 0.9 + 0.005 * across, 0.002 * up, 0.024).unit();
                    Vec3 p = new Vec3(a.x(), edge + up * (heights[tooth] * height + rounding), a.z());
                    addToothSurfel(part, p, n, tooth, across, height);
                }
            }
            along += widths[tooth];
        }
    }

    private void addToothSurfel(Part part, Vec3 p, Vec3 n, int tooth, double across, double height) {
        // The cheeks shade the back teeth, so that the rows fade into the mouth where they turn away.
        double back = tooth + 0.5 * (1 + across);
        double deep = (1 - 0.07 * back)
                * (part == Part.UPPER_MOUTH
                        ? Curves.lerp(1, 0.34, Curves.smooth(1.8, 4.4, back))
                        : Curves.lerp(1, 0.10, Curves.smooth(0.7, 2.8, back)));
        double gap = 1 - 0.45 * Curves.smooth(0.84, 1, Math.abs(across));
        double gum = Curves.smooth(0.88, 1.02, height + 0.10 * across * across);
        Vec3 albedo = ENAMEL.lerp(GUM, gum);
        double light = 0.78 * deep * Curves.lerp(gap, 0.8, gum) * (0.80 + 0.20 * (1 - height));
        for (Side side : Side.values()) {
            Vec3 normal = side.of(n);
            double lit = light * (0.70 + 0.30 * Math.max(0, normal.dot(Lighting.KEY)));
            out.add(Surfel.disc(part, side.of(p), normal, 0.00098, Lighting.display(albedo.times(lit))));
        }
    }

    private void addTongue() {
        for (int i = 0; i <= 26; i++) {
            double v = i / 26.0;
            for (int k = -9; k <= 9; k++) {
                double u = k / 9.0;
                double x = u * 0.0165 * (1 - 0.18 * v * v);
                double y = -0.0785 - 0.0030 * v * v - 0.0045 * u * u + 0.0013 * Math.abs(u) * (1 - v);
                double z = 0.030 + 0.0450 * v * Math.sqrt(1 - 0.55 * u * u);
                Vec3 n = new Vec3(0.7 * u, 0.8, 0.25 + 1.1 * v * v * v).unit();
                double groove = 1 - 0.25 * Curves.bell(0, 0.10, u);
                double light = groove * (0.12 + 0.50 * v * v) * (0.75 + 0.25 * n.y());
                double mottle = 1 + 0.10 * Noise.smooth(x * 900, y * 900, z * 900);
                Vec3 colour = Lighting.display(TONGUE.times(light * mottle));
                out.add(Surfel.disc(Part.TONGUE, new Vec3(x, y, z), n, 0.00125, colour));
                if (i % 2 == 0) {
                    Vec3 below = new Vec3(x * 0.96, y - 0.004, z - 0.0015);
                    Vec3 facing = new Vec3(0.3 * u, -0.4, 1).unit();
                    out.add(Surfel.disc(Part.TONGUE, below, facing, 0.0016, colour.times(0.7)));
                }
            }
        }
    }

    private void addCavity() {
        Vec3 centre = new Vec3(0, -0.0715, 0.054);
        Vec3 radii = new Vec3(0.0275, 0.0200, 0.0360);
        for (double e = -1.5; e <= 1.5; e += 0.11) {
            double step = 0.11 / Math.max(0.1, Math.cos(e));
            for (double a = 0; a < 2 * Math.PI; a += step) {
                Vec3 d = new Vec3(Math.cos(e) * Math.sin(a), Math.sin(e), Math.cos(e) * Math.cos(a));
                if (d.z() > 0.42) {
                    continue;
                }
                Vec3 p = centre.plus(d.times(radii));
                Part part = d.y() > 0 ? Part.UPPER_MOUTH : Part.LOWER_MOUTH;
                Vec3 colour = Lighting.display(THROAT.times(0.25 + 0.75 * Curves.smooth(0.03, 0.075, p.z())));
                out.add(Surfel.disc(part, p, d.times(-1), 0.0028, colour));
            }
        }
    }

    /** The inside of the cheeks beside the teeth: from the side one would see the skin of the far cheek from behind. */
    private void addCheeks() {
        for (double y = -0.093; y < -0.056; y += 0.0019) {
            for (double z = 0.040; z < 0.0665; z += 0.0019) {
                Part part = y > -0.084 ? Part.UPPER_MOUTH : Part.LOWER_MOUTH;
                Vec3 colour = Lighting.display(THROAT.times(0.35 + 0.5 * Curves.smooth(0.045, 0.066, z)));
                for (Side side : Side.values()) {
                    Vec3 p = side.of(new Vec3(0.0303, y, z));
                    out.add(Surfel.disc(part, p, side.of(new Vec3(-1, 0, 0.25).unit()), 0.0017, colour));
                }
            }
        }
    }
}
