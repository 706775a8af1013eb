package io.bev.avatar.splat.scene.builtin;

/** The jaw: the parts that follow it, and its motion. */
final class Jaw {

    private static final double OPEN = Math.toRadians(19);

    private Jaw() {}

    /** Fraction of the jaw's motion that a point follows, 0..1. */
    static double share(Part part, Vec3 p) {
        double u = Math.min(1, Math.abs(p.x()) / HeadShape.MOUTH_CORNER.x());
        return switch (part) {
            case LOWER_MOUTH, TONGUE -> 1;
            case LOWER_LIP -> 1 - 0.5 * Math.pow(u, 4);
            case UPPER_LIP -> 0.5 * Math.pow(u, 5);
            case SKIN -> skinShare(p);
            case EYE, LID, BROW, UPPER_MOUTH, HAIR, CLOTH -> 0;
        };
    }

    private static double skinShare(Vec3 p) {
        double below = HeadShape.MOUTH_Y - p.y();
        double softness = 0.0035 + 1.05 * Math.max(0, Math.abs(p.x()) - 0.0185);
        double hang = p.y() + 0.9 * Math.max(0, p.z());
        return Curves.smooth(-softness, softness, below)
                * Curves.smooth(-0.128, -0.080, hang)
                * Curves.smooth(-0.005, 0.030, p.z() - 0.2 * (p.y() + 0.07));
    }

    static Vec3 opened(Part part, Vec3 p) {
        double share = share(part, p);
        if (share <= 0) {
            return Vec3.ZERO;
        }
        Vec3 d = p.minus(HeadShape.JAW_HINGE);
        // The joint also slides forward and down as it opens, and the stretched cheeks pull the corners inwards.
        double corner = Curves.bell(HeadShape.MOUTH_CORNER, new Vec3(0.010, 0.012, 0.02), left(p));
        Vec3 drawn = new Vec3(-Math.signum(p.x()) * 0.0025 * corner, 0, 0);
        return d.aboutX(OPEN)
                .minus(d)
                .plus(new Vec3(0, -0.001, 0.001))
                .times(share)
                .plus(drawn);
    }

    /** Displacement that keeps the lips shut while the jaw is open. */
    static Vec3 lipsClosed(Part part, Vec3 p) {
        Vec3 drop = opened(Part.LOWER_MOUTH, p);
        double near = Curves.bell(new Vec3(0, -0.072, 0.085), new Vec3(0.030, 0.012, 0.03), p);
        return switch (part) {
            case LOWER_LIP -> drop.times(-0.62 * share(part, p));
            case UPPER_LIP -> drop.times(0.38 - 0.38 * share(part, p));
            case SKIN -> drop.times(near * Curves.lerp(0.34, -0.58, share(part, p)));
            case EYE, LID, BROW, UPPER_MOUTH, LOWER_MOUTH, TONGUE, HAIR, CLOTH -> Vec3.ZERO;
        };
    }

    /** Displacement of the whole mouth to one side. */
    static Vec3 mouthAside(Part part, Vec3 p, double x) {
        return switch (part) {
            case SKIN, UPPER_LIP, LOWER_LIP ->
                new Vec3(x, 0.0006, -0.0015)
                        .times(Curves.bell(new Vec3(0, -0.070, 0.085), new Vec3(0.026, 0.015, 0.03), p));
            case EYE, LID, BROW, UPPER_MOUTH, LOWER_MOUTH, TONGUE, HAIR, CLOTH -> Vec3.ZERO;
        };
    }

    private static Vec3 left(Vec3 p) {
        return new Vec3(Math.abs(p.x()), p.y(), p.z());
    }
}
