package io.bev.avatar.exporter.collector;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Buffer of exposition text. Writes numbers as {@link Double#toString} does, which is several times faster for the
 * integers that most values are.
 */
final class LineBuffer {

    private static final int MAX_VALUE_BYTES = 32;

    /** {@link Double#toString} has an exponent from here on. */
    private static final long FIRST_WITH_EXPONENT = 10_000_000;

    /** All digits of integers below are significant. */
    private static final long INTEGER_LIMIT = 1_000_000_000_000_000L;

    private final OutputStream out;
    private final byte[] buffer;
    private final byte[] digits = new byte[MAX_VALUE_BYTES];
    private int length;

    /** @param bytes size, at least that of a value */
    LineBuffer(OutputStream out, int bytes) {
        this.out = out;
        this.buffer = new byte[Math.max(MAX_VALUE_BYTES, bytes)];
    }

    void add(byte[] text) throws IOException {
        if (text.length > buffer.length - length) {
            flush();
            if (text.length > buffer.length) {
                out.write(text);
                return;
            }
        }
        System.arraycopy(text, 0, buffer, length, text.length);
        length += text.length;
    }

    /** Adds a value and a line feed. */
    void addValue(double value) throws IOException {
        if (MAX_VALUE_BYTES > buffer.length - length) {
            flush();
        }
        long integer = (long) value;
        // Not for -0.0, which has a sign.
        if (integer == value && integer < INTEGER_LIMIT && (integer > 0 || Double.doubleToRawLongBits(value) == 0)) {
            addInteger(integer);
        } else {
            addAscii(text(value));
        }
        buffer[length++] = '\n';
    }

    private static String text(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return Double.toString(value);
    }

    private void addInteger(long integer) {
        int count = 0;
        long rest = integer;
        do {
            digits[count++] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        // The first digit is the last one in the array.
        if (integer < FIRST_WITH_EXPONENT) {
            for (int i = count - 1; i >= 0; i--) {
                buffer[length++] = digits[i];
            }
            buffer[length++] = '.';
            buffer[length++] = '0';
            return;
        }
        int zeros = 0;
        while (digits[zeros] == '0') {
            zeros++;
        }
        buffer[length++] = digits[count - 1];
        buffer[length++] = '.';
        for (int i = count - 2; i >= zeros; i--) {
            buffer[length++] = digits[i];
        }
        if (zeros == count - 1) {
            buffer[length++] = '0';
        }
        buffer[length++] = 'E';
        int exponent = count - 1;
        if (exponent >= 10) {
            buffer[length++] = '1';
        }
        buffer[length++] = (byte) ('0' + exponent % 10);
    }

    private void addAscii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    void flush() throws IOException {
        out.write(buffer, 0, length);
        length = 0;
    }
}
