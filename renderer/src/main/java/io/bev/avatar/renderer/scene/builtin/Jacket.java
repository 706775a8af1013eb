package io.bev.avatar.renderer.scene.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Shoulders in a dark technical jacket with a stand-up collar over a knitted shirt. */
final class Jacket {

    private static final Vec3 CLOTH = Lighting.linear(0x2B323D);
    private static final Vec3 PANEL = Lighting.linear(0x1B2027);
    private static final Vec3 PIPING = Lighting.linear(0x35C6C9);
    private static final Vec3 SHIRT = Lighting.linear(0x4A4F58);
    private static final double BOTTOM = -0.345;
    private static final double COLLAR_TOP = -0.143;
    private static final double COLLAR_FOOT = -0.212;

    private final SurfelBuilder out;
    private final Field body = body();
    private final Lighting lighting = new Lighting(body);

    Jacket(SurfelBuilder out) {
        this.out = out;
    }

    void add() {
        addBody();
        addCollar();
        addShirt();
    }

    private static Vec3 v(double x, double y, double z) {
        return new Vec3(x, y, z);
    }

    private static Field body() {
        return Field.ellipsoid(v(0, -0.340, -0.020), v(0.135, 0.140, 0.088))
                .with(Field.stick(v(0.015, -0.175, -0.050), v(0.100, -0.226, -0.042), 0.036, 0.040), 0.040)
                .with(Field.ball(v(0.132, -0.262, -0.038), 0.043), 0.030)
                .with(Field.stick(v(0.138, -0.270, -0.038), v(0.166, -0.440, -0.025), 0.043, 0.042), 0.024)
                .mirrored();
    }

    private void addBody() {
        List<Vec3> directions = new ArrayList<>();
        double step = 0.0280;
        int row = 0;
        for (double e = -0.35; e < 1.45; e += step * 0.87) {
            double across = step / Math.cos(e);
            for (double a = (row % 2) * 0.5 * across; a < Math.PI; a += across) {
                directions.add(v(Math.cos(e) * Math.sin(a), Math.sin(e), Math.cos(e) * Math.cos(a)));
            }
            row++;
        }
        Vec3 centre = v(0, -0.300, -0.030);
        Surfel[][] pairs = new Surfel[directions.size()][];
        IntStream.range(0, pairs.length).parallel().forEach(i -> {
            Vec3 d = directions.get(i);
            Vec3 from = centre.plus(d.times(0.4));
            Vec3 p = from.minus(d.times(body.trace(from, d.times(-1), 0.4)));
            if (p.y() > BOTTOM && !inNeckHole(p)) {
                double size = step * p.minus(centre).length() * 0.80;
                pairs[i] = new Surfel[] {surfel(p, size), surfel(p.mirrored(), size)};
            } else {
                pairs[i] = new Surfel[0];
            }
        });
        for (Surfel[] pair : pairs) {
            for (Surfel surfel : pair) {
                out.add(surfel);
            }
        }
    }

    private static boolean inNeckHole(Vec3 p) {
        double dx = p.x() / 0.050;
        double dz = (p.z() + 0.036) / 0.056;
        return dx * dx + dz * dz < 1 && p.y() > -0.225;
    }

    private Surfel surfel(Vec3 p, double size) {
        Vec3 n = body.normal(p);
        double x = Math.abs(p.x());
        // A yoke seam runs from the collar over the shoulder; the panel below it is darker.
        double seam = p.y() - (-0.246 - 0.12 * x);
        Vec3 albedo = p.z() > -0.02 && seam < 0 ? PANEL : CLOTH;
        double weave = 1 + 0.10 * Noise.smooth(p.x() * 300, p.y() * 300, p.z() * 300);
        double fold = 1 + 0.22 * Noise.smooth(x * 55 + p.y() * 30, p.y() * 30 - x * 20, p.z() * 30);
        double zip = p.z() > 0 ? 1 - 0.6 * Curves.bell(0, 0.004, x) : 1;
        double line = p.z() > -0.02 ? Curves.bell(0, 0.0022, seam) : 0;
        Vec3 colour = lighting.shade(
                albedo.times(weave * fold * zip * (1 - 0.45 * line)),
                n,
                Lighting.Finish.CLOTH,
                lighting.openness(p, n),
                lighting.keyShare(p, n) * headShadow(p));
        return Surfel.disc(Part.CLOTH, p, n, size, colour);
    }

    /** The head keeps the key light off the shoulder behind it. */
    private static double headShadow(Vec3 p) {
        return 1 - 0.55 * Curves.bell(v(0.045, -0.21, -0.02), v(0.05, 0.05, 0.06), p);
    }

    /** Collar outline at a height, {@code turn} from 0 (front) to pi (nape). */
    private static Vec3 collar(double turn, double height, double thickness) {
        double flare = 0.0035 * height + thickness;
        double rx = 0.0590 + flare - 0.004 * height;
        double rz = 0.0605 + flare;
        double drop = 0.020 * Curves.smooth(1.2, 0, turn) * height;
        double y = Curves.lerp(COLLAR_FOOT - 0.012 * Curves.smooth(0.9, 0, turn), COLLAR_TOP, height) - drop;
        return v(rx * Math.sin(turn), y, -0.036 + rz * Math.cos(turn) + 0.012 * (1 - height) * Math.cos(turn));
    }

    private void addCollar() {
        double step = 0.0030;
        for (double turn = 0.19; turn <= Math.PI; turn += step / 0.062) {
            for (int r = 0; r <= 26; r++) {
                double height = r / 26.0;
                addCollarPair(collar(turn, height, 0.0035), outward(turn), turn, height, false);
                if (height > 0.25) {
                    addCollarPair(collar(turn, height, 0), outward(turn).times(-1), turn, height, true);
                }
            }
            for (int k = 0; k < 2; k++) {
                Vec3 p = collar(turn, 1, 0.0018 * (k + 0.5)).plus(v(0, 0.0008, 0));
                addPair(p, v(0, 1, 0.3), 0.0015, PIPING.times(0.85), 1);
            }
        }
        for (int r = 0; r <= 46; r++) {
            Vec3 p = collar(0.18, r / 46.0, 0.0030).plus(v(0, 0, 0.0006));
            addPair(p, v(-0.2, 0, 1), 0.0012, PIPING.times(0.85), 1);
        }
    }

    private static Vec3 outward(double turn) {
        return v(Math.sin(turn), 0.12, Math.cos(turn)).unit();
    }

    private void addCollarPair(Vec3 p, Vec3 n, double turn, double height, boolean inner) {
        double weave = 1 + 0.10 * Noise.smooth(p.x() * 300, p.y() * 300, p.z() * 300);
        double stitch = 1 - 0.35 * Curves.bell(0.86, 0.018, height) - 0.35 * Curves.bell(0.30, 0.016, turn);
        Vec3 albedo = inner ? PANEL.times(0.7) : CLOTH.times(weave * stitch);
        addPair(p, n, 0.0022, albedo, inner ? 0.45 : Curves.lerp(0.55, 1, Curves.smooth(0, 0.5, height)));
    }

    private void addPair(Vec3 p, Vec3 n, double size, Vec3 albedo, double open) {
        for (Side side : Side.values()) {
            Vec3 q = side.of(p);
            Vec3 normal = side.of(n).unit();
            Vec3 colour = lighting.shade(albedo, normal, Lighting.Finish.SHELL, open, open * headShadow(q));
            out.add(Surfel.disc(Part.CLOTH, q, normal, size, colour));
        }
    }

    /** The round neckline that shows in the collar's opening. */
    private void addShirt() {
        double step = 0.0028;
        for (double y = -0.262; y < -0.196; y += step) {
            for (double x = 0; x < 0.040; x += step) {
                double neckline = -0.204 + 0.010 * Curves.smooth(0, 0.04, x);
                if (y < neckline) {
                    double z = 0.030 - 0.20 * (y + 0.20) - 6.0 * x * x;
                    double rib = 1 + 0.16 * Math.sin(x * 2200);
                    double hem = y > neckline - 0.006 ? 1.25 : 1;
                    addPair(v(x, y, z), v(2.4 * x / 0.04 * 0.3, 0.15, 1), 0.0022, SHIRT.times(rib * hem * 0.8), 0.75);
                }
            }
        }
    }
}
