package io.bev.avatar.splat.scene.builtin;

/** The jacket's stand-up collar, open at the throat, with light piping, over the round neckline of a ribbed shirt. */
final class Collar {

    private static final Vec3 SHIRT = Lighting.linear(0x4A4F58);
    private static final double TOP = -0.146 + Jacket.RAISE;
    private static final double FOOT = -0.214 + Jacket.RAISE;
    private static final double STEP = 0.0029;
    private static final int ROWS = 26;

    private final SurfelBuilder out;
    private final Lighting lighting;

    Collar(SurfelBuilder out, Lighting lighting) {
        this.out = out;
        this.lighting = lighting;
    }

    void add() {
        for (int r = 0; r <= ROWS; r++) {
            double height = (double) r / ROWS;
            addRing(height);
            addEdge(height);
        }
        addShirt();
    }

    private static Vec3 v(double x, double y, double z) {
        return new Vec3(x, y, z);
    }

    /** Half the opening at the throat, as an angle around the neck: a V. */
    private static double opening(double height) {
        return 0.07 + 0.33 * Math.pow(height, 1.4);
    }

    /** Collar outline at a height of 0..1; {@code turn} from 0 (front) to pi (nape). */
    private static Vec3 outline(double turn, double height, double thickness) {
        double foot = 0.010 * Math.pow(1 - height, 3);
        double rx = 0.0575 + 0.0025 * height + thickness + foot;
        double rz = 0.0600 + 0.0035 * height + thickness + foot;
        double front = Curves.smooth(1.5, 0, turn);
        double y = Curves.lerp(FOOT - 0.014 * front, TOP - 0.017 * front, height);
        double forward = 0.012 * (1 - height) * Math.cos(turn);
        return v(rx * Math.sin(turn), y, -0.036 + rz * Math.cos(turn) + forward);
    }

    private static Vec3 normal(double turn, double height, double thickness) {
        Vec3 across = outline(turn + 0.02, height, thickness).minus(outline(turn - 0.02, height, thickness));
        Vec3 up = outline(turn, height + 0.02, thickness).minus(outline(turn, height - 0.02, thickness));
        return up.cross(across).unit().times(-1);
    }

    private void addRing(double height) {
        double start = opening(height);
        int around = (int) Math.ceil((Math.PI - start) * 0.061 / STEP);
        for (int k = 0; k <= around; k++) {
            double turn = start + (Math.PI - start) * k / around;
            Vec3 p = outline(turn, height, 0.0035);
            Vec3 n = normal(turn, height, 0.0035);
            double weave = 1 + 0.10 * Noise.smooth(p.x() * 300, p.y() * 300, p.z() * 300);
            double stitch = 1 - 0.30 * Curves.bell(0.84, 0.020, height);
            double open = Curves.lerp(0.45, 1, Curves.smooth(0, 0.45, height));
            addPair(p, n, 0.0021, Jacket.CLOTH.times(1.12 * weave * stitch), open);
            if (height > 0.25 && k % 2 == 0) {
                addPair(outline(turn, height, 0), n.times(-1), 0.0034, Jacket.PANEL.times(0.8), 0.40);
            }
            if (height == 1) {
                addPair(outline(turn, 1, 0.0018).plus(v(0, 0.0006, 0)), v(0, 1, 0.4), 0.0016, Jacket.PIPING, 0.9);
            }
        }
    }

    private void addEdge(double height) {
        for (int k = 0; k < 3; k++) {
            double h = Math.min(1, height + k / (3.0 * ROWS));
            Vec3 p = outline(opening(h) - 0.010, h, 0.0040).plus(v(0, 0, 0.0014));
            addPair(p, v(-0.3, 0, 1), 0.00125, Jacket.PIPING, 0.9);
        }
    }

    private void addPair(Vec3 p, Vec3 n, double size, Vec3 albedo, double open) {
        for (Side side : Side.values()) {
            Vec3 q = side.of(p);
            Vec3 facing = side.of(n).unit();
            double key = open * Jacket.headShadow(q);
            Vec3 colour = lighting.shade(albedo, facing, Lighting.Finish.SHELL, open, key);
            out.add(Surfel.disc(Part.CLOTH, q, facing, size, colour));
        }
    }

    private void addShirt() {
        double step = 0.0026;
        for (double y = -0.240; y < -0.180; y += step) {
            for (double x = 0; x < 0.034; x += step) {
                double neckline = -0.192 + 9.0 * x * x;
                if (y < neckline) {
                    double z = 0.0200 - 0.24 * (y + 0.19) - 7.0 * x * x;
                    double rib = 1 + 0.18 * Math.sin(x * 2400);
                    double hem = y > neckline - 0.006 ? 1.3 : 1;
                    addPair(v(x, y + Jacket.RAISE, z), v(18 * x, 0.15, 1), 0.0020, SHIRT.times(rib * hem * 0.7), 0.7);
                }
            }
        }
    }
}
