package io.bev.avatar.splat.scene.builtin;

import java.util.ArrayList;
import java.util.List;

/**
 * The hair style: a bob with a side parting. Strands grow from the scalp, fall under gravity and slide over the head.
 */
final class HairStyle {

    /** Lateral position of the parting, on the avatar's left. */
    static final double PARTING = 0.021;

    private static final double STEP = 0.0140;

    private static final Field SKULL = Field.ellipsoid(new Vec3(0, 0.036, -0.013), new Vec3(0.0755, 0.086, 0.096))
            .with(Field.ellipsoid(new Vec3(0, 0.030, 0.030), new Vec3(0.062, 0.055, 0.0545)), 0.030)
            .with(
                    Field.ellipsoid(new Vec3(0.078, -0.012, -0.012), new Vec3(0.008, 0.030, 0.022))
                            .mirrored(),
                    0.020)
            .with(Field.stick(new Vec3(0, -0.04, -0.035), new Vec3(0, -0.2, -0.045), 0.052, 0.056), 0.030);
    /** The region of the face, kept free of hair. */
    private static final Field FACE = Field.ellipsoid(new Vec3(0, -0.045, 0.070), new Vec3(0.0600, 0.114, 0.070))
            .with(Field.ellipsoid(new Vec3(0, -0.034, 0.020), new Vec3(0.0590, 0.080, 0.0640)), 0.010)
            .with(
                    Field.ellipsoid(new Vec3(0.0440, -0.024, 0.0560), new Vec3(0.0200, 0.0180, 0.0200))
                            .mirrored(),
                    0.020);

    /**
     * The geometry of a strand.
     *
     * @param points from root to tip
     * @param lift height of its layer above the scalp
     */
    record Strand(List<Vec3> points, double lift) {}

    private HairStyle() {}

    static Field skull() {
        return SKULL;
    }

    /** True where hair grows, for a direction from the head's centre. */
    static boolean isScalp(Vec3 p) {
        double side = Math.abs(p.x());
        if (p.z() > 0.010) {
            double hairline =
                    0.0790 - 14.0 * square(Math.max(0, side - 0.022)) - 0.040 * Curves.smooth(0.053, 0.068, side);
            return p.y() > Math.max(hairline, 0.012 + 1.1 * (p.z() - 0.022));
        }
        return p.y() > (p.z() > -0.035 ? 0.016 : -0.045);
    }

    /** True where skin is never visible. */
    static boolean hides(Vec3 p) {
        return p.y() > -0.03 && (p.z() < 0.03 || p.y() > 0.075) && isScalp(p.plus(new Vec3(0, -0.012, 0.012)));
    }

    private static double square(double v) {
        return v * v;
    }

    /** A strand that grows at {@code root} in a layer {@code lift} above the scalp. */
    static Strand grow(Vec3 root, double lift, double length, long seed) {
        List<Vec3> points = new ArrayList<>();
        Vec3 normal = SKULL.normal(root);
        // Behind the crown hair falls straight down.
        double away = (root.x() > PARTING ? 1 : -1) * Curves.smooth(-0.085, -0.035, root.z());
        double front = Curves.smooth(0.0, 0.06, root.z());
        double low = Curves.smooth(0.075, 0.030, root.y());
        Vec3 combed = new Vec3(away * (0.9 + 0.2 * front), 0.10 - 1.6 * low, -0.40 + 0.30 * front + 0.4 * low);
        Vec3 velocity =
                tangential(combed, normal).plus(normal.times(0.55 * (1 - low))).unit();
        Vec3 p = root.plus(normal.times(0.0015));
        double wave = 2 * Math.PI * Noise.hash(seed);
        int steps = (int) Math.round(length / STEP);
        double hem = -0.108 - 0.012 * Noise.hash(seed + 7) - 0.006 * front;
        for (int i = 0; i <= steps && p.y() > hem; i++) {
            points.add(p);
            double grown = (double) i / steps;
            velocity = bend(velocity, p, grown, away, wave + i * 0.8);
            double height = lift * Curves.smooth(-0.02, 0.22, grown) + 0.0012;
            p = held(outside(p.plus(velocity.times(STEP)), height), height);
            velocity = p.minus(points.get(i)).unit();
        }
        return new Strand(points, lift);
    }

    private static Vec3 bend(Vec3 velocity, Vec3 p, double grown, double away, double wave) {
        double fall = 0.22 + 0.30 * grown;
        double tuck = Curves.smooth(-0.055, -0.105, p.y());
        Vec3 inward = new Vec3(-p.x(), 0, -0.3 * (p.z() + 0.02)).times(5.0 * tuck);
        Vec3 curl = new Vec3(0.07 * Math.sin(wave), 0.0, 0.10 * Math.cos(wave)).times(grown);
        Vec3 aside = new Vec3(away, 0, 0).times(0.05 * (1 - grown));
        return velocity.plus(new Vec3(0, -fall, 0))
                .plus(inward)
                .plus(curl)
                .plus(aside)
                .unit();
    }

    private static Vec3 outside(Vec3 p, double lift) {
        Vec3 q = push(p, SKULL, lift);
        return push(q, FACE, 0);
    }

    /** Keeps hair together: points that leave their layer are pulled back, until the hair hangs free below the ears. */
    private static Vec3 held(Vec3 p, double lift) {
        double stray = SKULL.at(p) - lift - 0.0035;
        double hold = 0.55 * Curves.smooth(-0.075, -0.005, p.y());
        return stray <= 0 ? p : push(p.minus(SKULL.normal(p).times(stray * hold)), FACE, 0);
    }

    private static Vec3 push(Vec3 p, Field solid, double lift) {
        double d = solid.at(p);
        return d >= lift ? p : p.plus(solid.normal(p).times(lift - d));
    }

    private static Vec3 tangential(Vec3 v, Vec3 normal) {
        return v.minus(normal.times(v.dot(normal))).unit();
    }
}
