package io.bev.avatar.renderer.scene.builtin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Covers head and neck with surfels: rays find the surface, a minimum distance keeps the cover even. */
final class Skin {

    /**
     * A fan of rays towards one centre.
     *
     * @param spacing distance between neighbours on a ball of radius 0.1
     */
    private record Fan(double azimuthTo, double elevationFrom, double elevationTo, double spacing) {}

    /** Finest first: a later fan only fills what is still free. */
    private static final List<Fan> FANS = List.of(
            new Fan(0.34, -0.85, 0.02, 0.00125),
            new Fan(0.86, -1.10, 0.42, 0.00180),
            new Fan(1.75, -1.30, 0.95, 0.00280),
            new Fan(Math.PI, -1.30, 1.57, 0.00420));

    private static final double CELL = 0.005;

    private final HeadShape head;
    private final Lighting lighting;
    private final Predicate<Vec3> bare;
    private final Map<Long, List<Point>> grid = new HashMap<>();
    private final List<Point> points = new ArrayList<>();

    private record Point(Vec3 position, double spacing) {}

    /**
     * @param bare false where something else covers the head, asked for x &gt;= 0
     */
    Skin(HeadShape head, Lighting lighting, Predicate<Vec3> bare) {
        this.head = head;
        this.lighting = lighting;
        this.bare = bare;
    }

    void addTo(SurfelBuilder out) {
        FANS.forEach(this::sampleFan);
        sampleNose(0.00115);
        sampleNeck(0.0030);
        Surfel[] left = new Surfel[points.size()];
        Surfel[] right = new Surfel[points.size()];
        IntStream.range(0, left.length).parallel().forEach(i -> {
            Point point = points.get(i);
            Vec3 p = point.position();
            Vec3 n = head.field().normal(p);
            double open = lighting.openness(p, n);
            left[i] = surfel(p, n, point.spacing(), open);
            right[i] = surfel(p.mirrored(), n.mirrored(), point.spacing(), open);
        });
        for (int i = 0; i < left.length; i++) {
            out.add(left[i]);
            out.add(right[i]);
        }
    }

    private Surfel surfel(Vec3 p, Vec3 n, double spacing, double open) {
        double shade = hairShade(p);
        Vec3 colour = lighting.shade(
                Complexion.at(p), n, Lighting.Finish.SKIN, open * shade, lighting.keyShare(p, n) * shade * shade);
        return Surfel.disc(Part.SKIN, p, n, spacing * 0.80, colour);
    }

    /** The hair keeps light off what lies under it: the nape, the sides and the top of the forehead. */
    private static double hairShade(Vec3 p) {
        double side = Curves.smooth(0.052, 0.072, Math.abs(p.x())) * Curves.smooth(-0.115, -0.075, p.y());
        double back = Curves.smooth(0.035, -0.030, p.z());
        double top = Curves.smooth(0.052, 0.076, p.y());
        double throat = Curves.smooth(-0.112, -0.130, p.y()) * Curves.smooth(0.05, 0.03, p.z());
        return (1 - 0.45 * side) * (1 - 0.62 * back) * (1 - 0.40 * top) * (1 - 0.22 * throat);
    }

    private void sampleFan(Fan fan) {
        double step = fan.spacing() / 0.1;
        List<Vec3> directions = new ArrayList<>();
        int row = 0;
        for (double e = fan.elevationFrom(); e < fan.elevationTo(); e += step * 0.87) {
            double across = step / Math.max(0.05, Math.cos(e));
            for (double a = (row % 2) * 0.5 * across; a < fan.azimuthTo(); a += across) {
                directions.add(new Vec3(Math.cos(e) * Math.sin(a), Math.sin(e), Math.cos(e) * Math.cos(a)));
            }
            row++;
        }
        Vec3[] hits = new Vec3[directions.size()];
        IntStream.range(0, hits.length).parallel().forEach(i -> {
            Vec3 d = directions.get(i);
            Vec3 from = d.times(0.18);
            hits[i] = from.minus(d.times(head.field().trace(from, d.times(-1), 0.17)));
        });
        for (Vec3 hit : hits) {
            if (hit.length() > 0.02) {
                offer(hit, fan.spacing() * Math.max(1, hit.length() / 0.1));
            }
        }
    }

    /** The nose has flanks and an underside that rays towards the head's centre miss. */
    private void sampleNose(double spacing) {
        for (double z = 0.076; z < 0.115; z += spacing) {
            for (double y = -0.054; y < 0.012; y += spacing) {
                Vec3 from = new Vec3(0.05, y, z);
                double t = head.field().trace(from, new Vec3(-1, 0, 0), 0.05);
                if (t > 0.027 && t < 0.0497) {
                    offer(new Vec3(0.05 - t, y, z), spacing);
                }
            }
            for (double x = 0; x < 0.018; x += spacing) {
                Vec3 from = new Vec3(x, -0.058, z);
                double t = head.field().trace(from, new Vec3(0, 1, 0), 0.03);
                if (t > 0.001 && t < 0.025) {
                    offer(new Vec3(x, -0.058 + t, z), spacing);
                }
            }
        }
    }

    private void sampleNeck(double spacing) {
        for (double y = -0.075; y > -0.222; y -= spacing * 0.87) {
            Vec3 axis = new Vec3(0, y, -0.036);
            for (double a = 0; a < Math.PI; a += spacing / 0.06) {
                Vec3 d = new Vec3(Math.sin(a), 0, Math.cos(a));
                Vec3 from = axis.plus(d.times(0.2));
                double t = head.field().trace(from, d.times(-1), 0.2);
                if (t < 0.19) {
                    offer(from.minus(d.times(t)), spacing);
                }
            }
        }
    }

    private void offer(Vec3 p, double spacing) {
        if (!bare.test(p) || crowded(p, spacing)) {
            return;
        }
        Point point = new Point(p, spacing);
        points.add(point);
        grid.computeIfAbsent(key(cell(p.x()), cell(p.y()), cell(p.z())), k -> new ArrayList<>())
                .add(point);
    }

    private boolean crowded(Vec3 p, double spacing) {
        for (int x = cell(p.x()) - 1; x <= cell(p.x()) + 1; x++) {
            for (int y = cell(p.y()) - 1; y <= cell(p.y()) + 1; y++) {
                for (int z = cell(p.z()) - 1; z <= cell(p.z()) + 1; z++) {
                    for (Point other : grid.getOrDefault(key(x, y, z), List.of())) {
                        double finer = Math.min(spacing, other.spacing());
                        double least = (spacing - finer < 0.4 * finer ? 0.84 : 0.50) * finer;
                        Vec3 d = other.position().minus(p);
                        if (d.dot(d) < least * least) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static int cell(double v) {
        return (int) Math.floor(v / CELL);
    }

    private static long key(int x, int y, int z) {
        return ((x + 4096L) << 26) | ((y + 4096L) << 13) | (z + 4096L);
    }
}
