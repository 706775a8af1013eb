package io.bev.avatar.splat.scene.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Shoulders in a dark technical jacket with a pale light on its chest. */
final class Jacket {

    static final Vec3 CLOTH = Lighting.linear(0x2B323D);
    static final Vec3 PANEL = Lighting.linear(0x1B2027);
    static final Vec3 PIPING = Lighting.linear(0x35C6C9);
    /** Offset by which the torso is raised towards the head. */
    static final double RAISE = 0.018;

    private static final double BOTTOM = -0.335;

    private final SurfelBuilder out;
    private final Field body = body();
    private final Lighting lighting = new Lighting(body);

    Jacket(SurfelBuilder out) {
        this.out = out;
    }

    void add() {
        addBody();
        addSeams();
        addBadge();
    }

    private static Vec3 v(double x, double y, double z) {
        return new Vec3(x, y, z);
    }

    private static Field body() {
        Field torso = Field.ellipsoid(v(0, -0.330, -0.020), v(0.132, 0.146, 0.090))
                .with(Field.stick(v(0.015, -0.178, -0.050), v(0.100, -0.230, -0.042), 0.034, 0.040), 0.040)
                .with(Field.ball(v(0.130, -0.264, -0.038), 0.043), 0.030)
                .with(Field.stick(v(0.136, -0.272, -0.038), v(0.164, -0.440, -0.025), 0.043, 0.042), 0.024)
                .mirrored();
        return (x, y, z) -> torso.at(x, y - RAISE, z);
    }

    private void addBody() {
        addFan(0, 1.45, 0.029);
        addFan(1.45, Math.PI, 0.058);
    }

    private void addFan(double azimuthFrom, double azimuthTo, double step) {
        List<Vec3> directions = new ArrayList<>();
        int row = 0;
        for (double e = -0.35; e < 1.45; e += step * 0.87) {
            double across = step / Math.cos(e);
            for (double a = azimuthFrom + (row % 2) * 0.5 * across; a < azimuthTo; a += across) {
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
        return dx * dx + dz * dz < 1 && p.y() > -0.225 + RAISE;
    }

    private Surfel surfel(Vec3 p, double size) {
        Vec3 n = body.normal(p);
        double x = Math.abs(p.x());
        // A yoke seam runs from the zip over the shoulder; the panel below it is darker.
        double seam = p.y() - seam(x);
        boolean front = p.z() > -0.02;
        Vec3 albedo = CLOTH.lerp(PANEL, front ? Curves.smooth(0.003, -0.003, seam) : 0);
        double weave = 1 + 0.10 * Noise.smooth(p.x() * 300, p.y() * 300, p.z() * 300);
        double zip = p.z() > 0 ? 1 - 0.55 * Curves.bell(0, 0.005, x) : 1;
        Vec3 creased = n.plus(new Vec3(
                        0.20 * Noise.smooth(p.x() * 40 + p.y() * 22, p.y() * 34, 1 + p.z() * 25),
                        0.26 * Noise.smooth(p.x() * 30, p.y() * 46 - x * 30, 7 + p.z() * 25),
                        0))
                .unit();
        Vec3 colour = lighting.shade(
                albedo.times(weave * zip),
                creased,
                Lighting.Finish.CLOTH,
                lighting.openness(p, n),
                lighting.keyShare(p, n) * headShadow(p));
        return Surfel.disc(Part.CLOTH, p, n, size, colour);
    }

    /** Shadow of the head on the shoulder behind it. */
    static double headShadow(Vec3 p) {
        return 1 - 0.55 * Curves.bell(v(0.045, -0.21 + RAISE, -0.02), v(0.05, 0.05, 0.06), p);
    }

    private Vec3 front(double x, double y) {
        Vec3 from = v(x, y, 0.2);
        return from.minus(v(0, 0, body.trace(from, v(0, 0, -1), 0.3)));
    }

    /** Height of the yoke seam at a distance from the middle. */
    private static double seam(double x) {
        return RAISE - 0.254 + 0.10 * x;
    }

    private void addSeams() {
        for (double x = 0.004; x < 0.150; x += 0.0035) {
            addStitch(front(x, seam(x)), front(x + 0.0035, seam(x + 0.0035)), 0.0008, PANEL.times(0.30));
            Vec3 above = v(0, 0.0042, 0);
            if (Math.round(x / 0.0035) % 2 == 0) {
                Vec3 from = front(x, seam(x) + above.y());
                addStitch(from, front(x + 0.0028, seam(x + 0.0028) + above.y()), 0.0004, CLOTH.times(2.6));
            }
        }
        for (double y = -0.222 + RAISE; y > BOTTOM; y -= 0.0026) {
            addStitch(front(0.0030, y), front(0.0030, y - 0.0030), 0.0006, PANEL.times(0.25));
            addStitch(front(0.0001, y), front(0.0016, y), 0.0007, CLOTH.times(3.2));
        }
    }

    private void addStitch(Vec3 from, Vec3 to, double radius, Vec3 albedo) {
        Vec3 n = body.normal(from);
        Vec3 out0 = from.plus(n.times(0.0025));
        Vec3 out1 = to.plus(n.times(0.0025));
        Vec3 shade = lighting.shade(albedo, n, Lighting.Finish.CLOTH, 0.9, headShadow(from));
        for (Side side : Side.values()) {
            out.add(Surfel.needle(Part.CLOTH, side.of(out0), side.of(out1), side.of(n), radius, 0.9, shade));
        }
    }

    /** Three small lights on the avatar's left breast. */
    private void addBadge() {
        for (int light = 0; light < 3; light++) {
            for (int k = -3; k <= 3; k++) {
                Vec3 p = front(0.062 + 0.0115 * light + 0.0010 * k, -0.250 + RAISE - 0.012);
                Vec3 colour = Lighting.display(PIPING.times(light == 0 ? 1.7 : 0.55));
                out.add(Surfel.disc(Part.CLOTH, p.plus(v(0, 0, 0.004)), v(0, 0, 1), 0.0010, colour));
            }
        }
    }
}
