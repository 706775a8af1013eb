package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads {@code .ksplat} of GaussianSplats3D, version 0.1: a header of 4,096 bytes, one of 1,024 bytes per section, then
 * the sections. Compressed centres are relative to the centre of a bucket.
 */
final class KsplatReader {

    private static final int HEADER_BYTES = 4096;
    private static final int SECTION_BYTES = 1024;
    private static final int MAX_SECTIONS = 1024;
    private static final int BUCKET_BYTES = 12;
    private static final float DEFAULT_RANGE = 1.5f;
    private static final int DEFAULT_QUANTUM = 32_767;

    private final Reading reading;
    private final InputStream in;
    private final long size;
    private final GaussianFields fields;
    private int level;
    private float minCoefficient;
    private float maxCoefficient;

    private record Section(
            int count,
            long capacity,
            int bucketSize,
            int buckets,
            float blockSize,
            int bucketBytes,
            long quantum,
            int full,
            int partial,
            int degree) {

        int bytesPerGaussian(int level) {
            int geometry = level == 0 ? 40 : 20;
            int each = level == 0 ? 4 : level == 1 ? 2 : 1;
            return geometry + 4 + 3 * GaussianCloud.coefficients(degree) * each;
        }

        /** Bytes of the section's data. */
        long bytes(int level) {
            return 4L * partial + (long) bucketBytes * buckets + capacity * bytesPerGaussian(level);
        }
    }

    private KsplatReader(Reading reading, InputStream in, long size) {
        this.reading = reading;
        this.in = in;
        this.size = size;
        this.fields = new GaussianFields(reading);
    }

    /**
     * @param in the file from its first byte; not closed
     * @param size its length in bytes
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud read(Reading reading, InputStream in, long size) throws IOException {
        return new KsplatReader(reading, in, size).read();
    }

    private GaussianCloud read() throws IOException {
        ByteBuffer header = block(HEADER_BYTES);
        if (header.get(0) != 0 || header.get(1) < 1) {
            throw bad("version 0.1", "version " + header.get(0) + "." + header.get(1));
        }
        int sections = header.getInt(4);
        long count = Integer.toUnsignedLong(header.getInt(16));
        level = header.getShort(20) & 0xFFFF;
        if (level > 2 || sections < 1 || sections > MAX_SECTIONS) {
            throw bad(
                    "compression 0 to 2 and 1 to " + MAX_SECTIONS + " sections",
                    "compression " + level + ", " + sections + " sections");
        }
        minCoefficient = header.getFloat(36) == 0 ? -DEFAULT_RANGE : header.getFloat(36);
        maxCoefficient = header.getFloat(40) == 0 ? DEFAULT_RANGE : header.getFloat(40);
        Section[] list = new Section[sections];
        long needed = HEADER_BYTES + (long) sections * SECTION_BYTES;
        long total = 0;
        int degree = 0;
        for (int s = 0; s < sections; s++) {
            list[s] = section(block(SECTION_BYTES));
            needed += list[s].bytes(level);
            total += list[s].count;
            degree = Math.max(degree, list[s].count == 0 ? 0 : list[s].degree);
        }
        if (total != count) {
            throw bad(count + " Gaussians in the sections", total + " of them");
        }
        if (needed > size) {
            throw RecordReader.truncated(reading.source(), needed + " bytes", size + " bytes");
        }
        GaussianCloud cloud = fields.allocate(count, degree);
        int first = 0;
        for (Section s : list) {
            read(cloud, first, s);
            first += s.count;
        }
        fields.finish(cloud);
        return cloud;
    }

    private Section section(ByteBuffer b) throws AvatarFormatException {
        Section s = new Section(
                b.getInt(0),
                Integer.toUnsignedLong(b.getInt(4)),
                b.getInt(8),
                b.getInt(12),
                b.getFloat(16),
                b.getShort(20) & 0xFFFF,
                b.getInt(24) == 0 ? level == 0 ? 1 : DEFAULT_QUANTUM : Integer.toUnsignedLong(b.getInt(24)),
                b.getInt(32),
                b.getInt(36),
                b.getShort(40) & 0xFFFF);
        boolean plausible = s.count >= 0
                && s.count <= s.capacity
                && s.bucketSize >= 0
                && s.buckets >= 0
                && s.full >= 0
                && s.partial >= 0
                && (long) s.full + s.partial <= s.buckets
                && s.degree <= 3
                && (level == 0 || s.buckets == 0 || s.bucketBytes >= BUCKET_BYTES)
                && s.buckets <= GaussianFields.MAX_GAUSSIANS;
        if (!plausible) {
            throw bad("plausible counts in each section", s.toString());
        }
        return s;
    }

    private void read(GaussianCloud cloud, int first, Section s) throws IOException {
        int[] sizes = new int[s.partial];
        RecordReader partial = records("bucket sizes", 4, s.partial);
        for (int p = 0; p < s.partial; p++) {
            int at = partial.next();
            sizes[p] = partial.buffer().getInt(at);
        }
        float[] centres = new float[3 * s.buckets];
        if (s.bucketBytes > 0) {
            RecordReader buckets = records("buckets", s.bucketBytes, s.buckets);
            for (int b = 0; b < s.buckets; b++) {
                int at = buckets.next();
                for (int a = 0; a < 3 && level > 0; a++) {
                    centres[3 * b + a] = buckets.buffer().getFloat(at + 4 * a);
                }
            }
        }
        int bytes = s.bytesPerGaussian(level);
        RecordReader records = records("Gaussians", bytes, s.count);
        int bucket = s.bucketSize == 0 ? s.full : 0;
        long bucketEnd = bucket < s.full ? s.bucketSize : bucket - s.full < s.partial ? sizes[bucket - s.full] : 0;
        for (int i = 0; i < s.count; i++) {
            while (i >= bucketEnd && bucket < s.full + s.partial - 1) {
                bucket++;
                bucketEnd += bucket < s.full ? s.bucketSize : Math.max(0, sizes[bucket - s.full]);
            }
            gaussian(cloud, first + i, records.buffer(), records.next(), s, centres, Math.min(bucket, s.buckets - 1));
        }
        in.skipNBytes((s.capacity - s.count) * bytes);
    }

    private void gaussian(GaussianCloud cloud, int i, ByteBuffer b, int at, Section s, float[] centres, int bucket)
            throws IOException {
        if (level == 0) {
            fields.position(cloud, i, b.getFloat(at), b.getFloat(at + 4), b.getFloat(at + 8));
        } else {
            if (bucket < 0) {
                throw bad("a bucket for each Gaussian", "none for " + i);
            }
            double step = s.blockSize / 2.0 / s.quantum;
            fields.position(
                    cloud,
                    i,
                    ((b.getShort(at) & 0xFFFF) - s.quantum) * step + centres[3 * bucket],
                    ((b.getShort(at + 2) & 0xFFFF) - s.quantum) * step + centres[3 * bucket + 1],
                    ((b.getShort(at + 4) & 0xFFFF) - s.quantum) * step + centres[3 * bucket + 2]);
        }
        int width = level == 0 ? 4 : 2;
        int scale = at + 3 * width;
        fields.linearScale(cloud, i, real(b, scale), real(b, scale + width), real(b, scale + 2 * width));
        int rotation = scale + 3 * width;
        fields.rotation(
                cloud,
                i,
                real(b, rotation),
                real(b, rotation + width),
                real(b, rotation + 2 * width),
                real(b, rotation + 3 * width));
        int colour = rotation + 4 * width;
        fields.colour(cloud, i, unit(b, colour), unit(b, colour + 1), unit(b, colour + 2));
        fields.linearOpacity(cloud, i, unit(b, colour + 3));
        coefficients(cloud, i, b, colour + 4, s.degree);
    }

    /** The file stores band by band, in each all of red first. */
    private void coefficients(GaussianCloud cloud, int i, ByteBuffer b, int at, int degree) throws IOException {
        int stored = 0;
        int k = GaussianCloud.coefficients(cloud.shDegree());
        for (int band = 1; band <= degree; band++) {
            int width = 2 * band + 1;
            for (int channel = 0; channel < 3; channel++) {
                for (int j = 0; j < width; j++) {
                    int index = GaussianCloud.coefficients(band - 1) + j;
                    fields.harmonic(cloud, i, channel * k + index, coefficient(b, at, stored++));
                }
            }
        }
    }

    private float coefficient(ByteBuffer b, int at, int index) {
        return switch (level) {
            case 0 -> b.getFloat(at + 4 * index);
            case 1 -> SpzReader.half(b.getShort(at + 2 * index));
            default -> minCoefficient + (maxCoefficient - minCoefficient) * unit(b, at + index);
        };
    }

    private float real(ByteBuffer b, int at) {
        return level == 0 ? b.getFloat(at) : SpzReader.half(b.getShort(at));
    }

    private static float unit(ByteBuffer b, int at) {
        return (b.get(at) & 0xFF) / 255f;
    }

    private RecordReader records(String what, int bytes, int count) {
        return new RecordReader(reading.source(), what, in, bytes, count, ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer block(int bytes) throws IOException {
        byte[] data = in.readNBytes(bytes);
        if (data.length < bytes) {
            throw RecordReader.truncated(reading.source(), bytes + " bytes of headers", data.length + " bytes");
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    private AvatarFormatException bad(String expected, String found) {
        return reading.bad(expected, found, "export the avatar again as .ksplat or .ply");
    }
}
