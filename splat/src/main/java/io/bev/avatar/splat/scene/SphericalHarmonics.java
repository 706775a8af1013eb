package io.bev.avatar.splat.scene;

/** Real spherical harmonics of degree 1 to 3: the view-dependent part of a Gaussian's colour. */
public final class SphericalHarmonics {

    public static final float C1 = 0.4886025119029199f;
    public static final float C2_0 = 1.0925484305920792f;
    public static final float C2_2 = 0.31539156525252005f;
    public static final float C2_4 = 0.5462742152960396f;
    public static final float C3_0 = 0.5900435899266435f;
    public static final float C3_1 = 2.890611442640554f;
    public static final float C3_2 = 0.4570457994644658f;
    public static final float C3_3 = 0.3731763325901154f;
    public static final float C3_5 = 1.445305721320277f;

    private SphericalHarmonics() {}

    /**
     * Basis functions in a direction, without the constant one.
     *
     * @param degree 0..3
     * @param x unit direction from the camera to the Gaussian, in the coefficients' own axes
     * @param basis receives the first {@code (degree + 1)^2 - 1} values
     */
    public static void basis(int degree, float x, float y, float z, float[] basis) {
        if (degree < 1) {
            return;
        }
        basis[0] = -C1 * y;
        basis[1] = C1 * z;
        basis[2] = -C1 * x;
        if (degree < 2) {
            return;
        }
        float xx = x * x;
        float yy = y * y;
        float zz = z * z;
        basis[3] = C2_0 * x * y;
        basis[4] = -C2_0 * y * z;
        basis[5] = C2_2 * (2 * zz - xx - yy);
        basis[6] = -C2_0 * x * z;
        basis[7] = C2_4 * (xx - yy);
        if (degree < 3) {
            return;
        }
        basis[8] = -C3_0 * y * (3 * xx - yy);
        basis[9] = C3_1 * x * y * z;
        basis[10] = -C3_2 * y * (4 * zz - xx - yy);
        basis[11] = C3_3 * z * (2 * zz - 3 * xx - 3 * yy);
        basis[12] = -C3_2 * x * (4 * zz - xx - yy);
        basis[13] = C3_5 * z * (xx - yy);
        basis[14] = -C3_0 * x * (xx - 3 * yy);
    }

    /**
     * Sum of {@code count} coefficients of {@code sh} from {@code offset} on, weighted by the basis.
     *
     * @param sh in the {@link CoefficientFormat}
     */
    public static float dot(short[] sh, int offset, float[] basis, int count) {
        float sum = 0;
        for (int k = 0; k < count; k++) {
            sum += CoefficientFormat.unpack(sh[offset + k]) * basis[k];
        }
        return sum;
    }
}
