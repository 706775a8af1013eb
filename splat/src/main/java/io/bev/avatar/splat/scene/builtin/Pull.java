package io.bev.avatar.splat.scene.builtin;

import java.util.Set;

/**
 * A muscle: displaces the tissue around a point, less with distance. Modelled on the left half.
 *
 * @param stem blendshape; without a side it acts on both halves
 * @param reach standard deviation of the effect along each axis
 * @param delta displacement of the centre at weight 1
 * @param parts the parts that it moves
 */
record Pull(String stem, boolean sided, Vec3 centre, Vec3 reach, Vec3 delta, Set<Part> parts) {

    /**
     * Cut-off in standard deviations; beyond it the bell is below 0.0016, so that a pull of one centimetre is not
     * visible.
     */
    static final double CUTOFF = Math.sqrt(13);

    /** Fraction of {@link #delta} that a point in the left half's coordinates follows, 0..1. */
    double share(Part part, Vec3 p) {
        double dx = (p.x() - centre.x()) / reach.x();
        double dy = (p.y() - centre.y()) / reach.y();
        double dz = (p.z() - centre.z()) / reach.z();
        double distance = dx * dx + dy * dy + dz * dz;
        return distance > 13 || !parts.contains(part) ? 0 : Math.exp(-0.5 * distance);
    }
}
