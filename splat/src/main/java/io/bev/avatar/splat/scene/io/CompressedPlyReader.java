package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads PlayCanvas' compressed .ply: an element {@code chunk} with the ranges of 256 Gaussians each, an element {@code
 * vertex} with four packed integers, and optionally an element {@code sh} with a byte per coefficient.
 */
final class CompressedPlyReader {

    private static final int CHUNK = 256;
    private static final List<String> RANGES = List.of(
            "min_x",
            "min_y",
            "min_z",
            "max_x",
            "max_y",
            "max_z",
            "min_scale_x",
            "min_scale_y",
            "min_scale_z",
            "max_scale_x",
            "max_scale_y",
            "max_scale_z");
    private static final List<String> COLOUR_RANGES = List.of("min_r", "min_g", "min_b", "max_r", "max_g", "max_b");
    private static final List<String> PACKED =
            List.of("packed_position", "packed_rotation", "packed_scale", "packed_color");

    /** Coefficients are stored as bytes that span -4..4. */
    private static final float COEFFICIENT_RANGE = 8;

    private final Reading reading;
    private final String source;
    private final PlyHeader header;
    private final GaussianFields fields;
    private final InputStream in;

    private CompressedPlyReader(Reading reading, PlyHeader header, InputStream in) {
        this.reading = reading;
        this.source = reading.source();
        this.header = header;
        this.fields = new GaussianFields(reading);
        this.in = in;
    }

    /** Whether {@code header} declares this format. */
    static boolean fits(PlyHeader header) {
        return header.element("chunk").isPresent()
                && header.element("vertex")
                        .flatMap(v -> v.property(PACKED.get(0)))
                        .isPresent();
    }

    /** Reads the data after {@code header}. */
    static GaussianCloud read(Reading reading, PlyHeader header, InputStream in, long size) throws IOException {
        return new CompressedPlyReader(reading, header, in).read(size);
    }

    private GaussianCloud read(long size) throws IOException {
        List<String> order =
                header.elements().stream().map(PlyHeader.Element::name).toList();
        if (!order.equals(List.of("chunk", "vertex")) && !order.equals(List.of("chunk", "vertex", "sh"))) {
            throw PlyHeader.bad(source, "elements chunk, vertex and optionally sh", String.join(", ", order));
        }
        PlyHeader.Element chunks = header.elements().get(0);
        PlyHeader.Element vertices = header.elements().get(1);
        int degree = order.size() == 3 ? degree(header.elements().get(2)) : 0;
        long needed = header.bytes();
        for (PlyHeader.Element element : header.elements()) {
            needed += element.count() * element.bytes();
        }
        if (size < needed) {
            throw RecordReader.truncated(
                    source, vertices.count() + " vertices in " + needed + " bytes", size + " bytes");
        }
        if (chunks.count() != (vertices.count() + CHUNK - 1) / CHUNK) {
            throw PlyHeader.bad(
                    source, "a chunk for every " + CHUNK + " vertices", chunks.count() + " for " + vertices.count());
        }
        GaussianCloud cloud = fields.allocate(vertices.count(), degree);
        boolean coloured = chunks.property(COLOUR_RANGES.get(0)).isPresent();
        float[] ranges = ranges(chunks, coloured);
        vertices(cloud, vertices, ranges, coloured);
        if (degree > 0) {
            coefficients(cloud, header.elements().get(2));
        }
        reading.requireEnd(in, 1);
        cloud.antialiased = header.antialiased();
        fields.finish(cloud);
        return cloud;
    }

    private int degree(PlyHeader.Element sh) throws AvatarFormatException {
        for (int degree = 1; degree <= 3; degree++) {
            if (sh.properties().size() == 3 * GaussianCloud.coefficients(degree)) {
                return degree;
            }
        }
        throw PlyHeader.bad(
                source, "9, 24 or 45 properties of sh", sh.properties().size() + " of them");
    }

    /** Every chunk's ranges in the order of {@link #RANGES} and {@link #COLOUR_RANGES}, [chunks, 18]. */
    private float[] ranges(PlyHeader.Element chunks, boolean coloured) throws IOException {
        List<String> names = new ArrayList<>(RANGES);
        if (coloured) {
            names.addAll(COLOUR_RANGES);
        }
        List<PlyHeader.Property> columns = columns(chunks, names, PlyHeader.Type.FLOAT32);
        RecordReader records = new RecordReader(source, "chunks", in, chunks.bytes(), chunks.count(), header.order());
        float[] ranges = new float[(int) chunks.count() * 18];
        for (int c = 0; c < chunks.count(); c++) {
            int at = records.next();
            for (int k = 0; k < columns.size(); k++) {
                PlyHeader.Property column = columns.get(k);
                ranges[18 * c + k] = column.real(records.buffer(), at);
            }
        }
        return ranges;
    }

    private List<PlyHeader.Property> columns(PlyHeader.Element element, List<String> names, PlyHeader.Type type)
            throws AvatarFormatException {
        List<PlyHeader.Property> columns = new ArrayList<>();
        for (String name : names) {
            PlyHeader.Property column = element.property(name)
                    .filter(p -> p.type() == type)
                    .orElseThrow(
                            () -> PlyHeader.bad(source, name + " of type " + type + " in " + element.name(), "none"));
            columns.add(column);
        }
        return columns;
    }

    private void vertices(GaussianCloud cloud, PlyHeader.Element vertices, float[] ranges, boolean coloured)
            throws IOException {
        List<PlyHeader.Property> columns = columns(vertices, PACKED, PlyHeader.Type.UINT32);
        RecordReader records =
                new RecordReader(source, "vertices", in, vertices.bytes(), vertices.count(), header.order());
        ByteBuffer b = records.buffer();
        for (int i = 0; i < cloud.count(); i++) {
            int at = records.next();
            int c = 18 * (i / CHUNK);
            int p = b.getInt(at + columns.get(0).offset());
            fields.position(
                    cloud,
                    i,
                    between(ranges, c, 3, bits(p, 21, 11)),
                    between(ranges, c + 1, 3, bits(p, 11, 10)),
                    between(ranges, c + 2, 3, bits(p, 0, 11)));
            rotation(cloud, i, b.getInt(at + columns.get(1).offset()));
            int s = b.getInt(at + columns.get(2).offset());
            fields.logScale(
                    cloud,
                    i,
                    between(ranges, c + 6, 3, bits(s, 21, 11)),
                    between(ranges, c + 7, 3, bits(s, 11, 10)),
                    between(ranges, c + 8, 3, bits(s, 0, 11)));
            int rgba = b.getInt(at + columns.get(3).offset());
            fields.colour(
                    cloud,
                    i,
                    colour(ranges, c + 12, bits(rgba, 24, 8), coloured),
                    colour(ranges, c + 13, bits(rgba, 16, 8), coloured),
                    colour(ranges, c + 14, bits(rgba, 8, 8), coloured));
            cloud.opacity[i] = bits(rgba, 0, 8);
        }
    }

    /** A field of {@code width} bits as a fraction of its maximum. */
    private static float bits(int packed, int shift, int width) {
        int mask = (1 << width) - 1;
        return (packed >>> shift & mask) / (float) mask;
    }

    /** Interpolates from the minimum at {@code at} to the maximum {@code distance} entries later. */
    private static float between(float[] ranges, int at, int distance, float share) {
        return ranges[at] + (ranges[at + distance] - ranges[at]) * share;
    }

    private static float colour(float[] ranges, int at, float share, boolean coloured) {
        return coloured ? between(ranges, at, 3, share) : share;
    }

    /** The largest of w, x, y, z is positive and omitted; the others follow in this order, spanning +-sqrt(1/2). */
    private void rotation(GaussianCloud cloud, int i, int packed) throws AvatarFormatException {
        float sqrtTwo = (float) Math.sqrt(2);
        float a = (bits(packed, 20, 10) - 0.5f) * sqrtTwo;
        float b = (bits(packed, 10, 10) - 0.5f) * sqrtTwo;
        float c = (bits(packed, 0, 10) - 0.5f) * sqrtTwo;
        float d = (float) Math.sqrt(Math.max(0, 1 - (a * a + b * b + c * c)));
        switch (packed >>> 30) {
            case 0 -> fields.rotation(cloud, i, d, a, b, c);
            case 1 -> fields.rotation(cloud, i, a, d, b, c);
            case 2 -> fields.rotation(cloud, i, a, b, d, c);
            default -> fields.rotation(cloud, i, a, b, c, d);
        }
    }

    private void coefficients(GaussianCloud cloud, PlyHeader.Element sh) throws IOException {
        if (sh.count() != cloud.count()) {
            throw PlyHeader.bad(source, cloud.count() + " records of sh", sh.count() + " of them");
        }
        int width = sh.properties().size();
        List<String> names = new ArrayList<>();
        for (int k = 0; k < width; k++) {
            names.add("f_rest_" + k);
        }
        int[] offsets = columns(sh, names, PlyHeader.Type.UINT8).stream()
                .mapToInt(PlyHeader.Property::offset)
                .toArray();
        RecordReader records = new RecordReader(source, "sh records", in, sh.bytes(), sh.count(), header.order());
        for (int i = 0; i < cloud.count(); i++) {
            int at = records.next();
            for (int k = 0; k < width; k++) {
                int stored = records.buffer().get(at + offsets[k]) & 0xFF;
                // The ends of the range are exact; other values are at the middle of their step.
                float share = stored == 0 ? 0 : stored == 255 ? 1 : (stored + 0.5f) / 256;
                fields.harmonic(cloud, i, k, (share - 0.5f) * COEFFICIENT_RANGE);
            }
        }
    }
}
