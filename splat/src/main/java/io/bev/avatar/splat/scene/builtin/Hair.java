package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.builtin.HairStyle.Strand;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The hair: locks of strands over a dark cap that closes the gaps between them. */
final class Hair {

    private static final int LOCKS = 88;
    private static final int HAIRLINE_LOCKS = 40;
    private static final int STRANDS = 5;
    private static final double RADIUS = 0.00185;
    private static final int LOOSE_STRANDS = 90;
    private static final double LOOSE_RADIUS = 0.00045;
    private static final Vec3 DARK = Lighting.linear(0x2A1712);
    private static final Vec3 BODY = Lighting.linear(0x5A3222);
    private static final Vec3 SHINE = Lighting.linear(0xD99A66);

    private final SurfelBuilder out;

    Hair(SurfelBuilder out) {
        this.out = out;
    }

    void add() {
        addCap();
        List<Vec3> roots = roots();
        List<List<Surfel>> locks = IntStream.range(0, roots.size())
                .parallel()
                .mapToObj(i -> lock(i, roots.get(i)))
                .toList();
        locks.forEach(lock -> lock.forEach(out::add));
        addLooseStrands(roots);
    }

    /** Thin single strands above the locks, which break up the outline. */
    private void addLooseStrands(List<Vec3> roots) {
        for (int i = 0; i < LOOSE_STRANDS; i++) {
            Vec3 root = roots.get((int) (Noise.hash(i, 1, 47) * roots.size()));
            double lift = 0.015 + 0.008 * Noise.hash(i, 2, 47);
            double length = lengthAt(root) * (0.55 + 0.45 * Noise.hash(i, 3, 47));
            List<Surfel> strand = new ArrayList<>();
            draw(HairStyle.grow(root, lift, length, 1000 + i), LOOSE_RADIUS, 1.1, 1, strand);
            strand.forEach(out::add);
        }
    }

    private static List<Vec3> roots() {
        List<Vec3> roots = new ArrayList<>();
        for (int i = 0; i < 2 * LOCKS; i++) {
            double y = 1 - 1.55 * (i + 0.5) / (2 * LOCKS);
            addRoot(roots, y, i * Math.PI * (3 - Math.sqrt(5)));
        }
        // Locks along the hairline frame the face.
        for (int i = 0; i < HAIRLINE_LOCKS; i++) {
            double a = 2.5 * (i + 0.5) / HAIRLINE_LOCKS - 1.25;
            Vec3 last = null;
            for (double e = 1.3; e > -0.2; e -= 0.02) {
                Vec3 p = onScalp(new Vec3(Math.cos(e) * Math.sin(a), Math.sin(e), Math.cos(e) * Math.cos(a)));
                if (!HairStyle.isScalp(p)) {
                    break;
                }
                last = p;
            }
            if (last != null) {
                roots.add(last);
            }
        }
        return roots;
    }

    private static void addRoot(List<Vec3> roots, double y, double turn) {
        double r = Math.sqrt(1 - y * y);
        Vec3 p = onScalp(new Vec3(r * Math.cos(turn), y, r * Math.sin(turn)));
        if (HairStyle.isScalp(p)) {
            roots.add(p);
        }
    }

    private static Vec3 onScalp(Vec3 direction) {
        Vec3 centre = new Vec3(0, 0.02, -0.013);
        Vec3 from = centre.plus(direction.times(0.16));
        double t = HairStyle.skull().trace(from, direction.times(-1), 0.16);
        return from.minus(direction.times(t));
    }

    /** Dark surfels on the scalp, under all strands. */
    private void addCap() {
        double step = 0.036;
        for (double e = -0.75; e < 1.57; e += step) {
            double across = step / Math.max(0.05, Math.cos(e));
            for (double a = 0; a < 2 * Math.PI; a += across) {
                Vec3 d = new Vec3(Math.cos(e) * Math.sin(a), Math.sin(e), Math.cos(e) * Math.cos(a));
                Vec3 p = onScalp(d);
                if (HairStyle.isScalp(p.minus(new Vec3(0, 0.006 * Curves.smooth(0.048, 0.036, Math.abs(p.x())), 0)))) {
                    Vec3 n = HairStyle.skull().normal(p);
                    Vec3 colour = Lighting.display(DARK.times(0.55));
                    out.add(Surfel.disc(Part.HAIR, p.plus(n.times(0.002)), n, 0.0030, colour));
                }
            }
        }
    }

    private static List<Surfel> lock(int lock, Vec3 root) {
        List<Surfel> surfels = new ArrayList<>();
        double layer = Noise.hash(lock, 1, 41);
        double lift = 0.004 + 0.011 * layer;
        double tone = 0.75 + 0.5 * Noise.hash(lock, 2, 41);
        for (int k = 0; k < STRANDS; k++) {
            double angle = 2 * Math.PI * Noise.hash(lock, k, 42);
            double spread = 0.0065 * Math.sqrt(Noise.hash(lock, k, 43));
            Vec3 n = HairStyle.skull().normal(root);
            Vec3 t = new Vec3(0, 1, 0).cross(n).unit();
            Vec3 aside = t.times(Math.cos(angle)).plus(n.cross(t).times(Math.sin(angle)));
            double length = lengthAt(root) * (0.92 + 0.16 * Noise.hash(lock, k, 44));
            Strand strand = HairStyle.grow(
                    root.plus(aside.times(spread)), lift + 0.002 * Noise.hash(lock, k, 45), length, lock);
            draw(strand, RADIUS, tone * (0.8 + 0.4 * Noise.hash(lock, k, 46)), layer, surfels);
        }
        return surfels;
    }

    /** Long at the top, short at the nape, so that all ends are at one height. */
    private static double lengthAt(Vec3 root) {
        return 0.100 + 1.05 * Math.max(0, root.y() + 0.045) + 0.030 * Curves.smooth(0.02, 0.06, root.z());
    }

    private static void draw(Strand strand, double width, double tone, double layer, List<Surfel> surfels) {
        List<Vec3> points = strand.points();
        int links = points.size() - 1;
        for (int i = 0; i < links; i++) {
            Vec3 from = points.get(i);
            Vec3 to = points.get(i + 1);
            double t = (double) i / links;
            Vec3 n = HairStyle.skull().normal(from);
            double radius = width * (1 - 0.55 * t * t * t);
            double opacity = t > 0.9 ? 0.75 : 0.94;
            Vec3 colour = colour(to.minus(from).unit(), n, from, t, tone, layer);
            surfels.add(Surfel.needle(Part.HAIR, from, to, n, radius, opacity, colour));
        }
    }

    /** Shading of a thin cylinder: none along it, strongest across it (Kajiya and Kay 1989). */
    private static Vec3 colour(Vec3 along, Vec3 n, Vec3 p, double t, double tone, double layer) {
        double key = Math.max(0, n.dot(Lighting.KEY) * 0.75 + 0.25);
        double fill = Math.max(0, n.dot(new Vec3(0.75, 0.1, 0.65)));
        double across = Math.sqrt(Math.max(0, 1 - square(along.dot(Lighting.KEY))));
        Vec3 half = Lighting.KEY.plus(new Vec3(0, 0.15, 1).unit()).unit();
        Vec3 shifted = along.plus(n.times(0.10)).unit();
        double sine = Math.sqrt(Math.max(0, 1 - square(shifted.dot(half))));
        double shine = Math.pow(sine, 48) * key;
        double broad = Math.pow(sine, 9) * key;
        double depth = 0.45 + 0.55 * layer;
        double under = Curves.lerp(0.45, 1, Curves.smooth(-0.11, 0.03, p.y()));
        double rootShade = Curves.lerp(0.55, 1, Curves.smooth(0, 0.12, t));
        Vec3 body = DARK.lerp(BODY, 0.35 + 0.65 * t).times(tone);
        Vec3 lit = body.times(0.20 + 0.80 * key * across + 0.34 * fill)
                .plus(SHINE.times(0.10 * broad + 0.34 * shine).times(tone))
                .times(depth * under * rootShade);
        return Lighting.display(lit.plus(
                Lighting.rim(n, 1).times(body.times(0.65 * depth).plus(new Vec3(1, 1, 1).times(0.016)))));
    }

    private static double square(double v) {
        return v * v;
    }
}
