package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;

/**
 * Converts stored fields into those of a cloud and rejects values that are invalid for a Gaussian; one instance per
 * file.
 */
final class GaussianFields {

    /**
     * Upper limit: more Gaussians do not render in real time, and the coefficient array nears Java's maximum array
     * length.
     */
    static final int MAX_GAUSSIANS = 20_000_000;

    /** Floats per Gaussian of a cloud and of its posed copy, apart from view-dependent coefficients. */
    private static final int BYTES_PER_GAUSSIAN = 4 * (14 + 9);

    /** Larger finite standard deviations come only from damaged exponents. */
    private static final float MAX_SCALE = 1e6f;

    private static final float MIN_SCALE = 1e-12f;

    private final String source;

    GaussianFields(String source) {
        this.source = source;
    }

    /**
     * Allocates an empty cloud after checking that its size is plausible and fits into memory.
     *
     * @param count as the file declares it
     */
    GaussianCloud allocate(long count, int shDegree) throws AvatarFormatException {
        if (count < 1 || count > MAX_GAUSSIANS) {
            throw new AvatarFormatException(
                    source,
                    "1 to " + MAX_GAUSSIANS + " Gaussians",
                    count + " declared",
                    "export the avatar again with a plausible number of Gaussians");
        }
        long bytes = count * (BYTES_PER_GAUSSIAN + 12L * GaussianCloud.coefficients(shDegree));
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap - heap / 5) {
            throw new AvatarFormatException(
                    source,
                    "a model that fits into " + (heap >> 20) + " MiB of Java heap",
                    count + " Gaussians of degree " + shDegree + ", which need " + (bytes >> 20) + " MiB",
                    "increase -Xmx or use a smaller model");
        }
        return new GaussianCloud((int) count, shDegree);
    }

    void position(GaussianCloud cloud, int i, float x, float y, float z) throws AvatarFormatException {
        cloud.x[i] = finite(i, "x", x);
        cloud.y[i] = finite(i, "y", y);
        cloud.z[i] = finite(i, "z", z);
    }

    /** Standard deviations given by their natural logarithms. */
    void logScale(GaussianCloud cloud, int i, float x, float y, float z) throws AvatarFormatException {
        linearScale(cloud, i, (float) Math.exp(x), (float) Math.exp(y), (float) Math.exp(z));
    }

    void linearScale(GaussianCloud cloud, int i, float x, float y, float z) throws AvatarFormatException {
        cloud.scaleX[i] = scale(i, "scale_0", x);
        cloud.scaleY[i] = scale(i, "scale_1", y);
        cloud.scaleZ[i] = scale(i, "scale_2", z);
    }

    private float scale(int i, String name, float value) throws AvatarFormatException {
        if (!(value >= 0 && value <= MAX_SCALE)) {
            throw invalid(i, name, value, "a standard deviation from 0 to " + MAX_SCALE);
        }
        return Math.max(value, MIN_SCALE);
    }

    /** A rotation of any length; length 0 has no direction and counts as no rotation. */
    void rotation(GaussianCloud cloud, int i, float w, float x, float y, float z) throws AvatarFormatException {
        finite(i, "rot_0", w);
        finite(i, "rot_1", x);
        finite(i, "rot_2", y);
        finite(i, "rot_3", z);
        double length = Math.sqrt((double) w * w + (double) x * x + (double) y * y + (double) z * z);
        if (length < 1e-12) {
            cloud.rotationW[i] = 1;
            return;
        }
        cloud.rotationW[i] = (float) (w / length);
        cloud.rotationX[i] = (float) (x / length);
        cloud.rotationY[i] = (float) (y / length);
        cloud.rotationZ[i] = (float) (z / length);
    }

    /** Opacity given as a logit; some writers store 0 and 1 as infinite logits. */
    void logitOpacity(GaussianCloud cloud, int i, float value) throws AvatarFormatException {
        if (Float.isNaN(value)) {
            throw invalid(i, "opacity", value, "a number");
        }
        cloud.opacity[i] = (float) (1 / (1 + Math.exp(-value)));
    }

    void colour(GaussianCloud cloud, int i, float red, float green, float blue) throws AvatarFormatException {
        cloud.red[i] = finite(i, "f_dc_0", red);
        cloud.green[i] = finite(i, "f_dc_1", green);
        cloud.blue[i] = finite(i, "f_dc_2", blue);
    }

    float finite(int i, String name, float value) throws AvatarFormatException {
        if (!Float.isFinite(value)) {
            throw invalid(i, name, value, "a finite number");
        }
        return value;
    }

    private AvatarFormatException invalid(int i, String name, float value, String expected) {
        return new AvatarFormatException(
                source,
                expected + " as " + name,
                value + " in Gaussian " + i,
                "the training diverged or the file is damaged: export the avatar again");
    }
}
