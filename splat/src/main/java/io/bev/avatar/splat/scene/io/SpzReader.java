package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads {@code .spz} of versions 1 to 3: one gzip stream with a header of 16 bytes, then positions, opacities, colours,
 * scales, rotations and spherical harmonics, each of all Gaussians.
 *
 * <p>The file's axes are right, up, back; those of the cloud are right, down, forward, as in a trained .ply.
 */
final class SpzReader {

    static final int MAGIC = 0x5053474e;

    private static final int HEADER_BYTES = 16;
    /** Above the maximum compression ratio of deflate. */
    private static final long MAX_COMPRESSION = 1040;

    private static final float COLOUR_GAIN = 0.15f;
    private static final float SQRT_HALF = 0.70710678f;

    /** Sign of each coefficient when y and z are negated. */
    private static final int[] FLIP = {-1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1};

    private static final int ANTIALIASED = 1;
    private static final int EXTENDED = 2;

    private final Reading reading;
    private final String source;
    private final GaussianFields fields;
    private final InputStream in;

    private SpzReader(Reading reading, InputStream in) {
        this.reading = reading;
        this.source = reading.source();
        this.fields = new GaussianFields(reading);
        this.in = in;
    }

    /**
     * @param file the compressed file from its first byte; not closed
     * @param size its length in bytes
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud read(Reading reading, InputStream file, long size) throws IOException {
        return Gzip.read(reading, file, in -> new SpzReader(reading, in).read(size));
    }

    /** The error for version 4, which is not gzip and starts with the header itself. */
    static AvatarFormatException unsupportedVersionFour(String source) {
        return new AvatarFormatException(
                source, ".spz of version 1 to 3", "a later version", "convert it to version 3 or to .ply");
    }

    private GaussianCloud read(long size) throws IOException {
        RecordReader header = block("headers", HEADER_BYTES, 1);
        int at = header.next();
        ByteBuffer b = header.buffer();
        int version = b.getInt(at + 4);
        long count = Integer.toUnsignedLong(b.getInt(at + 8));
        int degree = b.get(at + 12) & 0xFF;
        int fractionalBits = b.get(at + 13) & 0xFF;
        int flags = b.get(at + 14) & 0xFF;
        if (b.getInt(at) != MAGIC) {
            throw bad("a gzip stream that holds .spz", "other data");
        }
        if (version < 1 || version > 3) {
            throw unsupportedVersionFour(source);
        }
        if (degree > 3 || fractionalBits > 23) {
            throw bad(
                    "degree 0 to 3 and at most 23 fractional bits",
                    "degree " + degree + ", " + fractionalBits + " bits");
        }
        int bytesEach =
                (version == 1 ? 6 : 9) + 1 + 3 + 3 + (version == 3 ? 4 : 3) + 3 * GaussianCloud.coefficients(degree);
        if (count * bytesEach > size * MAX_COMPRESSION) {
            throw bad("at most " + size * MAX_COMPRESSION + " bytes of data", count + " Gaussians of " + bytesEach);
        }
        GaussianCloud cloud = fields.allocate(count, degree);
        positions(cloud, version, fractionalBits);
        opacitiesAndColours(cloud);
        scales(cloud);
        rotations(cloud, version);
        coefficients(cloud);
        if ((flags & EXTENDED) == 0) {
            reading.requireEnd(in, 0);
        }
        cloud.antialiased = (flags & ANTIALIASED) != 0;
        fields.finish(cloud);
        return cloud;
    }

    private RecordReader block(String what, int bytes, int count) {
        return new RecordReader(source, what, in, bytes, count, ByteOrder.LITTLE_ENDIAN);
    }

    private void positions(GaussianCloud cloud, int version, int fractionalBits) throws IOException {
        RecordReader block = block("positions", version == 1 ? 6 : 9, cloud.count());
        ByteBuffer b = block.buffer();
        float unit = 1f / (1 << fractionalBits);
        for (int i = 0; i < cloud.count(); i++) {
            int at = block.next();
            if (version == 1) {
                fields.position(cloud, i, half(b.getShort(at)), -half(b.getShort(at + 2)), -half(b.getShort(at + 4)));
            } else {
                fields.position(cloud, i, unit * fixed(b, at), -unit * fixed(b, at + 3), -unit * fixed(b, at + 6));
            }
        }
    }

    private static int fixed(ByteBuffer b, int at) {
        return (b.get(at) & 0xFF) | (b.get(at + 1) & 0xFF) << 8 | b.get(at + 2) << 16;
    }

    /** A 16-bit float; Java 17 has no conversion of its own. */
    static float half(short bits) {
        int exponent = bits >> 10 & 0x1F;
        int mantissa = bits & 0x3FF;
        float magnitude;
        if (exponent == 0) {
            magnitude = mantissa * 0x1p-24f;
        } else if (exponent == 31) {
            magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Float.intBitsToFloat((exponent + 112) << 23 | mantissa << 13);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    private void opacitiesAndColours(GaussianCloud cloud) throws IOException {
        RecordReader opacities = block("opacities", 1, cloud.count());
        for (int i = 0; i < cloud.count(); i++) {
            int at = opacities.next();
            cloud.opacity[i] = (opacities.buffer().get(at) & 0xFF) / 255f;
        }
        RecordReader colours = block("colours", 3, cloud.count());
        for (int i = 0; i < cloud.count(); i++) {
            int at = colours.next();
            ByteBuffer b = colours.buffer();
            fields.colour(cloud, i, colour(b.get(at)), colour(b.get(at + 1)), colour(b.get(at + 2)));
        }
    }

    private static float colour(byte stored) {
        return 0.5f + GaussianCloud.SH_C0 * ((stored & 0xFF) / 255f - 0.5f) / COLOUR_GAIN;
    }

    private void scales(GaussianCloud cloud) throws IOException {
        RecordReader block = block("scales", 3, cloud.count());
        ByteBuffer b = block.buffer();
        for (int i = 0; i < cloud.count(); i++) {
            int at = block.next();
            fields.logScale(cloud, i, logScale(b.get(at)), logScale(b.get(at + 1)), logScale(b.get(at + 2)));
        }
    }

    private static float logScale(byte stored) {
        return (stored & 0xFF) / 16f - 10;
    }

    private void rotations(GaussianCloud cloud, int version) throws IOException {
        RecordReader block = block("rotations", version == 3 ? 4 : 3, cloud.count());
        ByteBuffer b = block.buffer();
        float[] q = new float[4];
        for (int i = 0; i < cloud.count(); i++) {
            int at = block.next();
            if (version == 3) {
                smallestThree(b.getInt(at), q);
            } else {
                float sum = 0;
                for (int k = 0; k < 3; k++) {
                    q[k] = (b.get(at + k) & 0xFF) / 127.5f - 1;
                    sum += q[k] * q[k];
                }
                q[3] = (float) Math.sqrt(Math.max(0, 1 - sum));
            }
            // A half turn about x negates y and z.
            fields.rotation(cloud, i, q[3], q[0], -q[1], -q[2]);
        }
    }

    /**
     * Three components of x, y, z, w as sign and nine bits, the last one in the lowest bits; the largest is positive
     * and omitted.
     */
    private static void smallestThree(int packed, float[] q) {
        int largest = packed >>> 30;
        int rest = packed;
        float sum = 0;
        for (int k = 3; k >= 0; k--) {
            if (k != largest) {
                float magnitude = SQRT_HALF * (rest & 0x1FF) / 511f;
                q[k] = (rest & 0x200) != 0 ? -magnitude : magnitude;
                sum += magnitude * magnitude;
                rest >>>= 10;
            }
        }
        q[largest] = (float) Math.sqrt(Math.max(0, 1 - sum));
    }

    /** The file stores red, green and blue of each coefficient in turn; the cloud stores all of red first. */
    private void coefficients(GaussianCloud cloud) throws IOException {
        int k = GaussianCloud.coefficients(cloud.shDegree());
        if (k == 0) {
            return;
        }
        RecordReader block = block("harmonics", 3 * k, cloud.count());
        ByteBuffer b = block.buffer();
        for (int i = 0; i < cloud.count(); i++) {
            int at = block.next();
            for (int j = 0; j < k; j++) {
                for (int channel = 0; channel < 3; channel++) {
                    float value = ((b.get(at + 3 * j + channel) & 0xFF) - 128) / 128f;
                    fields.harmonic(cloud, i, channel * k + j, FLIP[j] * value);
                }
            }
        }
    }

    private AvatarFormatException bad(String expected, String found) {
        return new AvatarFormatException(source, expected, found, "export the avatar again as .spz or .ply");
    }
}
