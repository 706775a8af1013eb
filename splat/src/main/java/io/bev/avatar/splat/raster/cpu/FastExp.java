package io.bev.avatar.splat.raster.cpu;

/** Powers of two and their logarithms in 32-bit floats, with the accuracy that 8-bit images need. */
public final class FastExp {

    /** 1.5 * 2^23: added to a small float, it rounds it to an integer in the low bits of the sum. */
    public static final float ROUNDER = 12582912f;
    /** Minimax polynomial of 2^f for f in -0.5..0.5, relative error 7.5e-5. */
    public static final float P0 = 0.9999280727910832f;

    public static final float P1 = 0.6932609870127391f;
    public static final float P2 = 0.24261113510078994f;
    public static final float P3 = 0.05517166680946411f;

    private static final float SQRT2_MANTISSA = 1.41421356f;
    private static final float TWO_LOG2_E = 2.88539008f;

    private FastExp() {}

    /** {@code 2^-value} for value in 0..126. */
    public static float exp2Negative(float value) {
        float shifted = ROUNDER - value;
        float fraction = ROUNDER - shifted - value;
        float power = P0 + fraction * (P1 + fraction * (P2 + fraction * P3));
        return Float.intBitsToFloat(Float.floatToRawIntBits(power) + (Float.floatToRawIntBits(shifted) << 23));
    }

    /** log2 of a normal positive float, absolute error below 1e-6 near 1. */
    public static float log2(float value) {
        int bits = Float.floatToRawIntBits(value);
        int exponent = (bits >>> 23) - 127;
        float mantissa = Float.intBitsToFloat((bits & 0x7fffff) | 0x3f800000);
        if (mantissa > SQRT2_MANTISSA) {
            mantissa *= 0.5f;
            exponent++;
        }
        // 2 atanh(z) / ln 2 with z = (m - 1) / (m + 1), at most 0.172.
        float z = (mantissa - 1) / (mantissa + 1);
        float zz = z * z;
        return exponent + TWO_LOG2_E * z * (1 + zz * (1 / 3f + zz * (1 / 5f + zz * (1 / 7f))));
    }
}
