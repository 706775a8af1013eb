package io.bev.avatar.splat.scene;

/** Moves a cloud that is far from zero, where floats are too coarse for its details. */
public final class Recentring {

    /** A centre farther from zero than this many half extents costs visible precision. */
    private static final double FAR = 64;

    private Recentring() {}

    /**
     * Moves {@code cloud} so that the bulk of its visible Gaussians surrounds zero, if it is far away.
     *
     * @param origin the cloud's present zero in the coordinates of its file
     * @return its new one
     */
    public static Origin apply(GaussianCloud cloud, Origin origin) {
        Framings.Range[] ranges = {
            Framings.range(cloud, cloud.x), Framings.range(cloud, cloud.y), Framings.range(cloud, cloud.z)
        };
        double extent = 0;
        double distance = 0;
        for (Framings.Range range : ranges) {
            extent = Math.max(extent, range.half());
            distance = Math.max(distance, Math.abs(range.middle()));
        }
        if (distance <= FAR * extent) {
            return origin;
        }
        float[][] axes = {cloud.x, cloud.y, cloud.z};
        for (int a = 0; a < axes.length; a++) {
            double middle = ranges[a].middle();
            float[] values = axes[a];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] - middle);
            }
        }
        return new Origin(
                origin.x() + ranges[0].middle(), origin.y() + ranges[1].middle(), origin.z() + ranges[2].middle());
    }
}
