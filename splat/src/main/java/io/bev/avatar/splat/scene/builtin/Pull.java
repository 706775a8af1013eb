package io.bev.avatar.splat.scene.builtin;

import java.util.Set;

/**
 * A muscle: moves flesh around a point, less with distance. Modelled on the left half.
 *
 * @param stem blendshape; without a side it works on both halves
 * @param reach standard deviation of the effect along each axis
 * @param delta displacement of the centre at weight 1
 * @param parts what it holds on to
 */
record Pull(String stem, boolean sided, Vec3 centre, Vec3 reach, Vec3 delta, Set<Part> parts) {

    /** Beyond so many deviations the bell is below 0.0016: no pull of a centimetre moves anything visibly. */
    static final double REACHES = Math.sqrt(13);

    /** Share of {@link #delta} that a point given in the left half's coordinates follows, 0..1. */
    double share(Part part, Vec3 p) {
        double dx = (p.x() - centre.x()) / reach.x();
        double dy = (p.y() - centre.y()) / reach.y();
        double dz = (p.z() - centre.z()) / reach.z();
        double distance = dx * dx + dy * dy + dz * dz;
        return distance > 13 || !parts.contains(part) ? 0 : Math.exp(-0.5 * distance);
    }
}
