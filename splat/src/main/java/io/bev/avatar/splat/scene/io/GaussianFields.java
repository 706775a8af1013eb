package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.CoefficientFormat;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.BitSet;

/**
 * Converts stored fields into those of a cloud; one instance per file. A Gaussian with an invalid value becomes
 * invisible; a file with more than one of a hundred is rejected.
 */
final class GaussianFields {

    /**
     * Upper limit: more Gaussians do not render in real time, and the coefficient array nears Java's maximum array
     * length.
     */
    static final int MAX_GAUSSIANS = 20_000_000;

    /** Larger finite standard deviations come only from damaged exponents. */
    private static final float MAX_SCALE = 1e6f;

    private static final float MIN_SCALE = 1e-12f;
    private static final double MAX_POSITION = 1e9;
    /** One of this many Gaussians may be invalid. */
    private static final int TOLERATED_SHARE = 100;

    private final Reading reading;
    private final BitSet invalid = new BitSet();
    private int tolerated;
    private int found;

    GaussianFields(Reading reading) {
        this.reading = reading;
    }

    /**
     * Allocates an empty cloud after checking that its size is plausible and fits into memory.
     *
     * @param count as the file declares it
     */
    GaussianCloud allocate(long count, int shDegree) throws AvatarFormatException {
        if (count < 1 || count > MAX_GAUSSIANS) {
            throw reading.bad(
                    "1 to " + MAX_GAUSSIANS + " Gaussians",
                    count + " declared",
                    "export the avatar again with a plausible number of Gaussians");
        }
        reading.memory().require(reading.source(), count, shDegree);
        tolerated = (int) count / TOLERATED_SHARE;
        return new GaussianCloud((int) count, shDegree);
    }

    /** Hides the invalid Gaussians and reports their number; called when all fields are set. */
    void finish(GaussianCloud cloud) {
        for (int i = invalid.nextSetBit(0); i >= 0; i = invalid.nextSetBit(i + 1)) {
            cloud.opacity[i] = 0;
        }
        reading.invalidGaussians(found);
    }

    void position(GaussianCloud cloud, int i, double x, double y, double z) throws AvatarFormatException {
        cloud.x[i] = coordinate(i, "x", x);
        cloud.y[i] = coordinate(i, "y", y);
        cloud.z[i] = coordinate(i, "z", z);
    }

    private float coordinate(int i, String name, double value) throws AvatarFormatException {
        if (!(Math.abs(value) <= MAX_POSITION)) {
            invalid(i, name, value, "a coordinate of at most " + MAX_POSITION);
            return 0;
        }
        return (float) value;
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
            invalid(i, name, value, "a standard deviation from 0 to " + MAX_SCALE);
            return MIN_SCALE;
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
        if (!(length >= 1e-12 && length < Double.POSITIVE_INFINITY)) {
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
            invalid(i, "opacity", value, "a number");
        }
        cloud.opacity[i] = (float) (1 / (1 + Math.exp(-value)));
    }

    /** Opacity from 0 to 1; values beyond are limited. */
    void linearOpacity(GaussianCloud cloud, int i, float value) throws AvatarFormatException {
        cloud.opacity[i] = Math.max(0, Math.min(1, finite(i, "opacity", value)));
    }

    void colour(GaussianCloud cloud, int i, float red, float green, float blue) throws AvatarFormatException {
        cloud.red[i] = finite(i, "f_dc_0", red);
        cloud.green[i] = finite(i, "f_dc_1", green);
        cloud.blue[i] = finite(i, "f_dc_2", blue);
    }

    /** Coefficient {@code k} of the [3][K] coefficients of Gaussian {@code i}. */
    void harmonic(GaussianCloud cloud, int i, int k, float value) throws AvatarFormatException {
        int each = 3 * GaussianCloud.coefficients(cloud.shDegree());
        if (!(Math.abs(value) <= CoefficientFormat.MAX)) {
            invalid(i, "f_rest_" + k, value, "a coefficient of at most " + CoefficientFormat.MAX);
            return;
        }
        cloud.setHarmonic(i * each + k, value);
    }

    private float finite(int i, String name, float value) throws AvatarFormatException {
        if (!Float.isFinite(value)) {
            invalid(i, name, value, "a finite number");
            return 0;
        }
        return value;
    }

    private void invalid(int i, String name, double value, String expected) throws AvatarFormatException {
        if (invalid.get(i)) {
            return;
        }
        invalid.set(i);
        found++;
        if (found > tolerated) {
            throw reading.bad(
                    expected + " as " + name,
                    value + " in Gaussian " + i
                            + (tolerated == 0 ? "" : ", after " + tolerated + " other invalid Gaussians"),
                    "the training diverged or the file is damaged: export the avatar again");
        }
    }
}
