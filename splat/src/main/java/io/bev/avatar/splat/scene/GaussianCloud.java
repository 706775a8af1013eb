package io.bev.avatar.splat.scene;

import java.util.List;

/**
 * Gaussians at rest, as a structure of arrays. All arrays hold {@code count} entries unless stated otherwise and are owned by
 * the cloud; readers must not change them.
 *
 * <p>Lengths are in the file's own units; axes are the file's own.
 */
public final class GaussianCloud {

    /** Zeroth spherical-harmonics basis constant. */
    public static final float SH_C0 = 0.2820948f;

    private final int count;
    private final int shDegree;
    /** Centres. */
    public final float[] x;

    public final float[] y;
    public final float[] z;
    /** Standard deviations along the Gaussian's own axes, linear, &gt; 0. */
    public final float[] scaleX;

    public final float[] scaleY;
    public final float[] scaleZ;
    /** Rotation from the Gaussian's own axes to the cloud's, unit quaternion. */
    public final float[] rotationW;

    public final float[] rotationX;
    public final float[] rotationY;
    public final float[] rotationZ;
    /** 0..1. */
    public final float[] opacity;
    /** View-independent colour, {@code 0.5 + C0 * dc} (or a file's direct RGB); not clamped. */
    public final float[] red;

    public final float[] green;
    public final float[] blue;
    /**
     * View-dependent coefficients in the {@link CoefficientFormat}, {@code [count][3][K]} with
     * {@code K = (shDegree + 1)^2 - 1}, channel-major; empty at degree 0.
     */
    public final short[] sh;
    /** Whether the Gaussians were trained with opacity compensation: what is thinner than a pixel becomes fainter. */
    public boolean antialiased;

    /**
     * A cloud of zeros, filled by its reader.
     *
     * @param count number of Gaussians, &gt;= 0
     * @param shDegree spherical-harmonics degree, 0..3
     */
    public GaussianCloud(int count, int shDegree) {
        if (count < 0 || shDegree < 0 || shDegree > 3) {
            throw new IllegalArgumentException(
                    "count " + count + ", SH degree " + shDegree + ": expected >= 0 and 0..3");
        }
        this.count = count;
        this.shDegree = shDegree;
        x = new float[count];
        y = new float[count];
        z = new float[count];
        scaleX = new float[count];
        scaleY = new float[count];
        scaleZ = new float[count];
        rotationW = new float[count];
        rotationX = new float[count];
        rotationY = new float[count];
        rotationZ = new float[count];
        opacity = new float[count];
        red = new float[count];
        green = new float[count];
        blue = new float[count];
        sh = new short[Math.multiplyExact(count, 3 * coefficients(shDegree))];
    }

    /** All fields with one value per Gaussian, in the order in which files of the built-in avatar have them; not copied. */
    public List<float[]> fields() {
        return List.of(
                x, y, z, scaleX, scaleY, scaleZ, rotationW, rotationX, rotationY, rotationZ, opacity, red, green, blue);
    }

    public int count() {
        return count;
    }

    public int shDegree() {
        return shDegree;
    }

    /** Coefficient {@code index} of {@link #sh}. */
    public float harmonic(int index) {
        return CoefficientFormat.unpack(sh[index]);
    }

    /** Stores coefficient {@code index} of {@link #sh}; see {@link CoefficientFormat} for its precision. */
    public void setHarmonic(int index, float value) {
        sh[index] = CoefficientFormat.pack(value);
    }

    /** Coefficients per channel beyond the constant one: 0, 3, 8, 15. */
    public static int coefficients(int shDegree) {
        return (shDegree + 1) * (shDegree + 1) - 1;
    }
}
