package io.bev.avatar.splat.scene.builtin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Covers head and neck with surfels: rays find the surface, and a minimum distance keeps the spacing even. */
final class Skin {

    /**
     * A fan of rays towards one centre.
     *
     * @param spacing distance between neighbours on a ball of radius 0.1
     */
    private record Fan(double azimuthTo, double elevationFrom, double elevationTo, double spacing) {}

    /** Finest first: a later fan only fills uncovered areas. */
    private static final List<Fan> FANS = List.of(
            new Fan(0.34, -0.85, 0.02, 0.00130),
            new Fan(0.82, -0.26, 0.30, 0.00140),
            new Fan(0.86, -1.10, 0.42, 0.00215),
            new Fan(1.75, -1.30, 0.95, 0.00310),
            new Fan(Math.PI, -1.30, 1.57, 0.00600));

    private static final List<Vec3> NOSE_VIEWS = List.of(
            new Vec3(-0.60, -0.45, -0.66).unit(),
            new Vec3(-0.98, -0.05, -0.20).unit(),
            new Vec3(-0.45, 0.55, -0.70).unit(),
            new Vec3(-0.10, 0.95, -0.28).unit());

    private static final double CELL = 0.005;

    private final HeadShape head;
    private final Lighting lighting;
    private final Predicate<Vec3> bare;
    private final Map<Long, List<Point>> grid = new HashMap<>();
    private final List<Point> points = new ArrayList<>();

    private record Point(Vec3 position, double spacing) {}

    /** @param bare false where other parts cover the head; called for x &gt;= 0 */
    Skin(HeadShape head, Lighting lighting, Predicate<Vec3> bare) {
        this.head = head;
        this.lighting = lighting;
        this.bare = bare;
    }

    void addTo(SurfelBuilder out) {
        sampleNose(0.00120);
        for (Fan fan : FANS) {
            sampleFan(fan, fan.spacing());
            // Gaps towards a finer fan, in which no ray of the lattice ends.
            sampleFan(fan, fan.spacing() / 2);
        }
        sampleNeck(0.0034);
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
            if (stretches(left[i].position())) {
                out.add(lining(left[i]));
                out.add(lining(right[i]));
            }
        }
    }

    /** True beside the corners of the mouth and under the brow, where expressions pull surfels apart. */
    private static boolean stretches(Vec3 p) {
        boolean cheek = p.x() > 0.0285 && p.x() < 0.048 && p.y() > -0.092 && p.y() < -0.050 && p.z() > 0.045;
        double s = EyeShape.azimuth(p) / EyeShape.HALF_WIDTH;
        boolean lid = Math.abs(s) < 1 && Eyelids.slack(p) < 1 && EyeShape.elevation(p) > EyeShape.crease(s) + 0.22;
        return cheek || lid;
    }

    /** A larger surfel just under the skin that closes the gaps of stretched skin. */
    private static Surfel lining(Surfel s) {
        Vec3 under = s.position().minus(s.normal().times(0.0016));
        return Surfel.disc(
                Part.SKIN, under, s.normal(), s.length() * 2.4, s.colour().times(0.94));
    }

    private Surfel surfel(Vec3 p, Vec3 n, double spacing, double open) {
        double shade = hairShade(p);
        Vec3 colour = lighting.shade(
                Complexion.at(p), n, Lighting.Finish.SKIN, open * shade, lighting.keyShare(p, n) * shade * shade);
        return Surfel.disc(Part.SKIN, p, n, spacing * 0.80, colour);
    }

    /** Shadow of the hair on the nape, the sides and the top of the forehead. */
    private static double hairShade(Vec3 p) {
        double side = Curves.smooth(0.052, 0.072, Math.abs(p.x())) * Curves.smooth(-0.115, -0.075, p.y());
        double back = Curves.smooth(0.035, -0.030, p.z());
        double top = Curves.smooth(0.052, 0.076, p.y());
        double throat = Curves.smooth(-0.112, -0.130, p.y()) * Curves.smooth(0.05, 0.03, p.z());
        // Between locks the neck shows: bright slivers, if it is lit as in the open.
        double nape = Curves.smooth(0.022, -0.018, p.z()) * Curves.smooth(-0.160, -0.132, p.y());
        return (1 - 0.45 * side) * (1 - 0.62 * back) * (1 - 0.40 * top) * (1 - 0.22 * throat) * (1 - 0.72 * nape);
    }

    private void sampleFan(Fan fan, double raySpacing) {
        double step = raySpacing / 0.1;
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
            Vec3 from = d.times(0.14);
            hits[i] = from.minus(d.times(head.field().trace(from, d.times(-1), 0.13)));
        });
        for (Vec3 hit : hits) {
            if (hit.length() > 0.02) {
                offer(hit, fan.spacing() * Math.max(1, hit.length() / 0.1));
            }
        }
    }

    /** Samples the flanks, creases and underside of the nose, which rays towards the head's centre miss. */
    private void sampleNose(double spacing) {
        Vec3 middle = new Vec3(0.008, -0.028, 0.092);
        for (Vec3 direction : NOSE_VIEWS) {
            Vec3 right = new Vec3(0, 1, 0.01).cross(direction).unit();
            Vec3 up = direction.cross(right);
            for (double u = -0.018; u < 0.018; u += spacing) {
                for (double v = -0.026; v < 0.026; v += spacing) {
                    Vec3 from = middle.minus(direction.times(0.05))
                            .plus(right.times(u))
                            .plus(up.times(v));
                    double t = head.field().trace(from, direction, 0.08);
                    Vec3 hit = from.plus(direction.times(t));
                    if (t < 0.075 && hit.minus(middle).length() < 0.030 && hit.x() >= 0) {
                        offer(hit, spacing);
                    }
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
        if (!bare.test(p)) {
            return;
        }
        double nearest = Double.MAX_VALUE;
        double finest = spacing;
        for (Point other : around(p)) {
            double distance = other.position().minus(p).length();
            double finer = Math.min(spacing, other.spacing());
            if (distance < (spacing - finer < 0.4 * finer ? 0.84 : 0.65) * finer) {
                return;
            }
            if (distance < nearest) {
                nearest = distance;
                finest = finer;
            }
        }
        // Between finer neighbours a surfel is only as large as the gap; otherwise it would blur them.
        Point point = new Point(p, Math.min(spacing, Math.max(Math.sqrt(finest * spacing), 1.2 * nearest)));
        grid.computeIfAbsent(key(cell(p.x()), cell(p.y()), cell(p.z())), k -> new ArrayList<>())
                .add(point);
        points.add(point);
    }

    private List<Point> around(Vec3 p) {
        List<Point> found = new ArrayList<>();
        for (int x = cell(p.x()) - 1; x <= cell(p.x()) + 1; x++) {
            for (int y = cell(p.y()) - 1; y <= cell(p.y()) + 1; y++) {
                for (int z = cell(p.z()) - 1; z <= cell(p.z()) + 1; z++) {
                    found.addAll(grid.getOrDefault(key(x, y, z), List.of()));
                }
            }
        }
        return found;
    }

    private static int cell(double v) {
        return (int) Math.floor(v / CELL);
    }

    private static long key(int x, int y, int z) {
        return ((x + 4096L) << 26) | ((y + 4096L) << 13) | (z + 4096L);
    }
}
