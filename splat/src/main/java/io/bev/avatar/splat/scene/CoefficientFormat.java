package io.bev.avatar.splat.scene;

/**
 * The 16-bit float in which a cloud stores spherical-harmonics coefficients: sign, five bits of exponent, ten of mantissa.
 *
 * <p>Magnitudes from 2^-18 to {@link #MAX} have a relative error of at most 2^-11; smaller ones become 0 or 2^-18. All
 * exponents denote finite numbers.
 */
public final class CoefficientFormat {

    /** The largest magnitude. */
    public static final float MAX = 0x1.ffcp12f;

    /** Moves the exponent of a stored value, read as the upper bits of a float, to its place: a power of two. */
    public static final float GAIN = 0x1p108f;

    private static final int MANTISSA_SHIFT = 13;
    private static final int HALF = 1 << 12;
    private static final int SMALLEST = 1 << 23;

    private CoefficientFormat() {}

    /** The nearest stored value; ties go to the even one. {@code value} is at most {@link #MAX} in magnitude. */
    public static short pack(float value) {
        int bits = Float.floatToRawIntBits(Math.min(Math.abs(value), MAX) / GAIN);
        if (bits < SMALLEST) {
            // Subnormal floats would slow down unpacking.
            bits = bits > SMALLEST / 2 ? SMALLEST : 0;
        }
        int even = bits >> MANTISSA_SHIFT & 1;
        int rounded = (bits + HALF - 1 + even) >> MANTISSA_SHIFT;
        return (short) (rounded | (value < 0 ? 0x8000 : 0));
    }

    /**
     * The value of a stored one divided by {@link #GAIN}, exactly. Its product with a factor times {@link #GAIN} has the
     * bits of the product with the value itself; decoding takes two instructions.
     */
    public static float unpackScaled(short stored) {
        return Float.intBitsToFloat(stored << MANTISSA_SHIFT & 0x8fff_ffff);
    }

    /** The value of a stored one, exactly. */
    public static float unpack(short stored) {
        return unpackScaled(stored) * GAIN;
    }
}
