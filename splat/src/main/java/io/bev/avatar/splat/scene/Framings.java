package io.bev.avatar.splat.scene;

import java.util.Arrays;

/** Chooses the portrait view of a cloud. */
public final class Framings {

    private static final float PORTRAIT_FOV = 20;
    private static final float SCENE_FOV = 40;
    private static final float PORTRAIT_NEAR = 0.01f;
    private static final float SCENE_NEAR = 0.2f;
    /** Gaussians with less opacity are ignored when framing the subject. */
    private static final float VISIBLE = 0.1f;

    private static final int MAX_SAMPLES = 100_000;
    private static final double ASPECT = 16.0 / 9;

    private Framings() {}

    /**
     * Head and shoulders of an avatar that is y up and faces +z. The lower edge of the bust lies just below the image,
     * with some space above the hair.
     */
    public static Framing portrait(GaussianCloud cloud) {
        float[] y = visible(cloud, cloud.y);
        double bottom = quantile(y, 0.002);
        double top = quantile(y, 0.998);
        double height = top - bottom;
        double lower = bottom + 0.16 * height;
        double upper = top + 0.055 * height;
        double middleZ = quantile(visible(cloud, cloud.z), 0.5);
        double middleY = (lower + upper) / 2;
        double distance = (upper - lower) / 2 / Math.tan(Math.toRadians(PORTRAIT_FOV / 2));
        return new Framing(
                0,
                (float) middleY,
                (float) (middleZ + distance),
                0,
                (float) middleY,
                (float) middleZ,
                0,
                1,
                0,
                PORTRAIT_FOV,
                PORTRAIT_NEAR);
    }

    /**
     * A cloud without a rig. Trained clouds keep the axes of their cameras, y down and z forward, so the view is along
     * +z with -y up. Frames the bulk of the visible Gaussians and ignores outliers.
     */
    public static Framing scene(GaussianCloud cloud) {
        double[] middle = new double[3];
        double[] half = new double[3];
        float[][] axes = {cloud.x, cloud.y, cloud.z};
        for (int a = 0; a < 3; a++) {
            Range range = range(cloud, axes[a]);
            middle[a] = range.middle();
            half[a] = range.half() * 1.1;
        }
        double extent = Math.max(half[1], half[0] / ASPECT);
        double distance = extent / Math.tan(Math.toRadians(SCENE_FOV / 2)) + half[2];
        return new Framing(
                (float) middle[0],
                (float) middle[1],
                (float) (middle[2] - distance),
                (float) middle[0],
                (float) middle[1],
                (float) middle[2],
                0,
                -1,
                0,
                SCENE_FOV,
                (float) Math.min(SCENE_NEAR, distance / 10));
    }

    /** Where the bulk of the visible Gaussians is along an axis. */
    record Range(double middle, double half) {}

    static Range range(GaussianCloud cloud, float[] axis) {
        float[] values = visible(cloud, axis);
        double low = quantile(values, 0.03);
        double high = quantile(values, 0.97);
        return new Range((low + high) / 2, Math.max((high - low) / 2, 1e-4));
    }

    /** The sorted coordinates of the visible Gaussians, or of all if none is visible. */
    private static float[] visible(GaussianCloud cloud, float[] axis) {
        int step = Math.max(1, cloud.count() / MAX_SAMPLES);
        float[] values = new float[cloud.count() / step + 1];
        int n = 0;
        for (int i = 0; i < cloud.count(); i += step) {
            if (cloud.opacity[i] >= VISIBLE) {
                values[n++] = axis[i];
            }
        }
        float[] sorted = n > 0 ? Arrays.copyOf(values, n) : axis.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double quantile(float[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
