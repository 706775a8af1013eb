package io.bev.avatar.splat.scene.io;

import io.airlift.compress.zstd.ZstdInputStream;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code .spz}: a header, then positions, opacities, colours, scales, rotations and spherical harmonics, each of all
 * Gaussians. Versions 1 to 3 are one gzip stream; version 4 has a table of Zstandard streams.
 *
 * <p>The file's axes are right, up, back; those of the cloud are right, down, forward, as in a trained .ply.
 */
final class SpzReader {

    static final int MAGIC = 0x5053474e;

    private static final int HEADER_BYTES = 16;
    private static final int HEADER_BYTES_4 = 32;
    private static final int TABLE_ENTRY_BYTES = 16;

    private static final float COLOUR_GAIN = 0.15f;
    private static final float SQRT_HALF = 0.70710678f;
    private static final int MAX_STORED_DEGREE = 4;
    /** More than the largest field of the most Gaussians. */
    private static final long MAX_STREAM_BYTES = 1L << 40;

    /** Sign of each coefficient when y and z are negated. */
    private static final int[] FLIP = {-1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1};

    private static final int ANTIALIASED = 1;
    private static final int EXTENDED = 2;

    private final Reading reading;
    private final String source;
    private final GaussianFields fields;
    private final Blocks blocks;
    private int storedDegree;

    /** The data of one field of all Gaussians. */
    private interface Blocks {
        InputStream next(int index, long bytes) throws IOException;

        /** The last version in this container. */
        default int lastVersion() {
            return 3;
        }
    }

    private SpzReader(Reading reading, Blocks blocks) {
        this.reading = reading;
        this.source = reading.source();
        this.fields = new GaussianFields(reading);
        this.blocks = blocks;
    }

    /**
     * Reads versions 1 to 3.
     *
     * @param file the compressed file from its first byte; not closed
     * @param size its length in bytes
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud read(Reading reading, InputStream file, long size) throws IOException {
        return Gzip.read(reading, file, in -> {
            SpzReader reader = new SpzReader(reading, (index, bytes) -> in);
            return reader.read(reader.header(in, HEADER_BYTES), size * Gzip.MAX_COMPRESSION, in);
        });
    }

    /**
     * Reads version 4.
     *
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud readVersionFour(Reading reading, ByteSource file) throws IOException {
        ByteBuffer header;
        try (InputStream in = file.open(0)) {
            header = header(reading.source(), in, HEADER_BYTES_4);
        }
        int streams = header.get(15) & 0xFF;
        long table = Integer.toUnsignedLong(header.getInt(16));
        ByteBuffer entries;
        try (InputStream in = file.open(Math.min(table, file.size()))) {
            entries = header(reading.source(), in, streams * TABLE_ENTRY_BYTES);
        }
        long start = table + (long) streams * TABLE_ENTRY_BYTES;
        long end = start;
        long unpacked = 0;
        for (int s = 0; s < streams; s++) {
            unpacked += Math.max(0, Math.min(MAX_STREAM_BYTES, entries.getLong(TABLE_ENTRY_BYTES * s + 8)));
            long packed = entries.getLong(TABLE_ENTRY_BYTES * s);
            if (packed < 0 || packed > file.size() - end) {
                throw RecordReader.truncated(
                        reading.source(), streams + " streams", "stream " + s + " of " + packed + " bytes");
            }
            end += packed;
        }
        if (end < file.size()) {
            throw reading.bad(
                    "a file of " + end + " bytes", file.size() + " bytes", "export the avatar again as .spz or .ply");
        }
        List<InputStream> open = new ArrayList<>();
        try {
            Blocks blocks = new Blocks() {
                @Override
                public InputStream next(int index, long bytes) throws IOException {
                    InputStream in = stream(reading, file, entries, start, index, streams, bytes);
                    open.add(in);
                    return in;
                }

                @Override
                public int lastVersion() {
                    return 4;
                }
            };
            return new SpzReader(reading, blocks).read(header, unpacked, InputStream.nullInputStream());
        } catch (AvatarFormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The decompressor reports damage by exceptions of its own.
            throw new AvatarFormatException(
                    reading.source(),
                    "intact Zstandard streams",
                    String.valueOf(e.getMessage()),
                    "the file is damaged or truncated: copy or download it again",
                    e);
        } finally {
            for (InputStream in : open) {
                in.close();
            }
        }
    }

    private static InputStream stream(
            Reading reading, ByteSource file, ByteBuffer entries, long start, int index, int streams, long bytes)
            throws IOException {
        if (index >= streams || entries.getLong(TABLE_ENTRY_BYTES * index + 8) != bytes) {
            throw reading.bad(
                    "stream " + index + " of " + bytes + " bytes",
                    index >= streams ? streams + " streams" : entries.getLong(TABLE_ENTRY_BYTES * index + 8) + " bytes",
                    "export the avatar again as .spz or .ply");
        }
        long offset = start;
        for (int s = 0; s < index; s++) {
            offset += entries.getLong(TABLE_ENTRY_BYTES * s);
        }
        ByteSource packed = ByteSource.part(file, offset, entries.getLong(TABLE_ENTRY_BYTES * index));
        return new ZstdInputStream(packed.open(0));
    }

    private ByteBuffer header(InputStream in, int bytes) throws IOException {
        return header(source, in, bytes);
    }

    private static ByteBuffer header(String source, InputStream in, int bytes) throws IOException {
        byte[] data = in.readNBytes(bytes);
        if (data.length < bytes) {
            throw RecordReader.truncated(source, bytes + " bytes of header", data.length + " bytes");
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param maxBytes most that the compressed data can hold
     * @param last where data may follow
     */
    private GaussianCloud read(ByteBuffer b, long maxBytes, InputStream last) throws IOException {
        int version = b.getInt(4);
        long count = Integer.toUnsignedLong(b.getInt(8));
        storedDegree = b.get(12) & 0xFF;
        int fractionalBits = b.get(13) & 0xFF;
        int flags = b.get(14) & 0xFF;
        if (b.getInt(0) != MAGIC) {
            throw bad("a gzip stream that holds .spz or .ply", "other data");
        }
        if (version < 1 || version > blocks.lastVersion()) {
            throw reading.bad(".spz of version 1 to 4", "version " + version, "convert it to version 4 or to .ply");
        }
        if (storedDegree > MAX_STORED_DEGREE || fractionalBits > 23) {
            throw bad(
                    "degree 0 to 4 and at most 23 fractional bits",
                    "degree " + storedDegree + ", " + fractionalBits + " bits");
        }
        int degree = Math.min(3, storedDegree);
        if (storedDegree > degree) {
            reading.note("spherical harmonics of degree " + storedDegree + ": the first three bands are rendered");
        }
        int bytesEach = (version == 1 ? 6 : 9)
                + 1
                + 3
                + 3
                + (version >= 3 ? 4 : 3)
                + 3 * GaussianCloud.coefficients(storedDegree);
        if (count * bytesEach > maxBytes) {
            throw bad("at most " + maxBytes + " bytes of data", count + " Gaussians of " + bytesEach);
        }
        GaussianCloud cloud = fields.allocate(count, degree);
        positions(cloud, version, fractionalBits);
        opacitiesAndColours(cloud);
        scales(cloud);
        rotations(cloud, version);
        coefficients(cloud);
        if ((flags & EXTENDED) == 0) {
            reading.requireEnd(last, 0);
        }
        cloud.antialiased = (flags & ANTIALIASED) != 0;
        fields.finish(cloud);
        return cloud;
    }

    private RecordReader block(int index, String what, int bytes, int count) throws IOException {
        InputStream in = blocks.next(index, (long) bytes * count);
        return new RecordReader(source, what, in, bytes, count, ByteOrder.LITTLE_ENDIAN);
    }

    private void positions(GaussianCloud cloud, int version, int fractionalBits) throws IOException {
        RecordReader block = block(0, "positions", version == 1 ? 6 : 9, cloud.count());
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
        RecordReader opacities = block(1, "opacities", 1, cloud.count());
        for (int i = 0; i < cloud.count(); i++) {
            int at = opacities.next();
            cloud.opacity[i] = (opacities.buffer().get(at) & 0xFF) / 255f;
        }
        RecordReader colours = block(2, "colours", 3, cloud.count());
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
        RecordReader block = block(3, "scales", 3, cloud.count());
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
        RecordReader block = block(4, "rotations", version >= 3 ? 4 : 3, cloud.count());
        ByteBuffer b = block.buffer();
        float[] q = new float[4];
        for (int i = 0; i < cloud.count(); i++) {
            int at = block.next();
            if (version >= 3) {
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
        int stored = GaussianCloud.coefficients(storedDegree);
        RecordReader block = block(5, "harmonics", 3 * stored, cloud.count());
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
