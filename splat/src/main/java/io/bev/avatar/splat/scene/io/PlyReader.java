package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Origin;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads the .ply of 3D Gaussian splatting, binary or ascii: logit opacity, logarithmic scales, a quaternion w, x, y, z of
 * any length and spherical harmonics whose degree follows from the number of {@code f_rest_*} properties.
 *
 * <p>Properties are found by name; others are ignored. Files of 2D Gaussian splatting have two scales; files without
 * {@code f_dc_*} have red, green and blue. Of degree 4 the first three bands are read. PlayCanvas' compressed variant is
 * read as well.
 */
final class PlyReader {

    /** Meaning of {@code f_dc_*}. */
    enum Colour {
        /** The zeroth spherical-harmonics coefficient. */
        HARMONIC,
        /** Red, green and blue as stored, 0..1. */
        DIRECT
    }

    private static final String REST = "f_rest_";
    private static final List<String> COLOUR_BYTES = List.of("red", "green", "blue");
    private static final int MAX_STORED_DEGREE = 4;
    /** Beyond it, floats are coarser than a thousandth. */
    private static final double FLOAT_RANGE = 8192;

    private final Reading reading;
    private final String source;
    private final Colour colour;
    private final GaussianFields fields;
    /** Bytes that may follow the vertices. */
    private long trailing = Long.MAX_VALUE;

    private PlyReader(Reading reading, Colour colour) {
        this.reading = reading;
        this.source = reading.source();
        this.colour = colour;
        this.fields = new GaussianFields(reading);
    }

    /**
     * @param in the file from its first byte; not closed
     * @param size its length in bytes, or an upper limit of it
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud read(Reading reading, InputStream in, long size, Colour colour) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        return read(reading, PlyHeader.read(reading.source(), buffered), buffered, size, colour);
    }

    /** Reads the data after {@code header}. */
    private static GaussianCloud read(Reading reading, PlyHeader header, InputStream in, long size, Colour colour)
            throws IOException {
        if (CompressedPlyReader.fits(header)) {
            return CompressedPlyReader.read(reading, header, in, size);
        }
        PlyReader reader = new PlyReader(reading, colour);
        PlyHeader.Element vertices = header.element("vertex")
                .orElseThrow(() -> PlyHeader.bad(
                        reading.source(),
                        "an element 'vertex'",
                        "elements "
                                + header.elements().stream()
                                        .map(PlyHeader.Element::name)
                                        .collect(Collectors.joining(", "))));
        return reader.vertices(header, vertices, in, size);
    }

    private GaussianCloud vertices(PlyHeader header, PlyHeader.Element vertices, InputStream in, long size)
            throws IOException {
        if (vertices.bytes() == 0) {
            throw PlyHeader.bad(source, "vertices with scalar properties", "a list property, as in a mesh");
        }
        Columns columns = columns(vertices);
        long offset = header.dataOffset(source, vertices);
        long needed = header.bytes() + offset + vertices.count() * vertices.bytes();
        if (!header.ascii() && size < needed) {
            throw RecordReader.truncated(
                    source, vertices.count() + " vertices in " + needed + " bytes", size + " bytes");
        }
        if (header.ascii() && size / vertices.properties().size() / 2 < vertices.count() - 1) {
            throw RecordReader.truncated(source, vertices.count() + " vertices", size + " bytes");
        }
        GaussianCloud cloud = fields.allocate(vertices.count(), columns.degree);
        InputStream data = header.ascii() ? new AsciiPlyStream(source, header, in) : in;
        data.skipNBytes(offset);
        RecordReader records =
                new RecordReader(source, "vertices", data, vertices.bytes(), vertices.count(), header.order());
        fill(cloud, records, columns);
        header.dataAfter(vertices).ifPresent(after -> trailing = after + vertices.bytes() - 1);
        reading.requireEnd(data, trailing);
        cloud.antialiased = header.antialiased();
        fields.finish(cloud);
        return cloud;
    }

    /** The columns of a vertex by meaning. */
    private record Columns(
            int degree,
            PlyHeader.Property[] position,
            PlyHeader.Property[] colour,
            boolean bytes,
            PlyHeader.Property opacity,
            PlyHeader.Property[] scale,
            PlyHeader.Property[] rotation,
            PlyHeader.Property[] rest) {}

    private Columns columns(PlyHeader.Element vertices) throws AvatarFormatException {
        boolean bytes = vertices.property("f_dc_0").isEmpty() && isByte(vertices.property("red"));
        boolean flat = vertices.property("scale_2").isEmpty()
                && vertices.property("scale_1").isPresent();
        List<String> names = new ArrayList<>(List.of("x", "y", "z"));
        names.addAll(bytes ? List.of("red", "green", "blue") : List.of("f_dc_0", "f_dc_1", "f_dc_2"));
        names.addAll(List.of("opacity", "rot_0", "rot_1", "rot_2", "rot_3", "scale_0", "scale_1"));
        if (!flat) {
            names.add("scale_2");
        }
        PlyHeader.Property[] c = columns(vertices, names);
        if (bytes) {
            reading.note("colours are red, green and blue bytes: no view-dependent colour");
        }
        if (flat) {
            reading.note("2D Gaussians: the third scale is 0");
        }
        int stored = storedDegree(vertices);
        int degree = Math.min(3, stored);
        if (stored > degree) {
            reading.note("spherical harmonics of degree " + stored + ": the first three bands are rendered");
        }
        return new Columns(
                degree,
                new PlyHeader.Property[] {c[0], c[1], c[2]},
                new PlyHeader.Property[] {c[3], c[4], c[5]},
                bytes,
                c[6],
                java.util.Arrays.copyOfRange(c, 11, c.length),
                new PlyHeader.Property[] {c[7], c[8], c[9], c[10]},
                columns(vertices, restNames(stored, degree)));
    }

    private static boolean isByte(Optional<PlyHeader.Property> property) {
        return property.stream().anyMatch(p -> p.type() == PlyHeader.Type.UINT8);
    }

    private PlyHeader.Property[] columns(PlyHeader.Element vertices, List<String> names) throws AvatarFormatException {
        List<PlyHeader.Property> columns = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            vertices.property(name).ifPresentOrElse(columns::add, () -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            throw PlyHeader.bad(
                    source,
                    "vertices with x y z f_dc_* opacity scale_* rot_*",
                    "no " + String.join(", ", missing) + " (a mesh or point cloud?)");
        }
        for (PlyHeader.Property column : columns) {
            boolean colourByte = COLOUR_BYTES.contains(column.name()) && column.type() == PlyHeader.Type.UINT8;
            if (!column.isReal() && !colourByte) {
                throw PlyHeader.bad(
                        source,
                        "float or double as type of " + column.name(),
                        column.type().toString());
            }
        }
        return columns.toArray(PlyHeader.Property[]::new);
    }

    private int storedDegree(PlyHeader.Element vertices) throws AvatarFormatException {
        long count = vertices.properties().stream()
                .filter(p -> p.name().startsWith(REST))
                .count();
        for (int degree = 0; degree <= MAX_STORED_DEGREE; degree++) {
            if (count == 3L * GaussianCloud.coefficients(degree)) {
                return degree;
            }
        }
        throw PlyHeader.bad(source, "0, 9, 24, 45 or 72 f_rest_* properties (degree 0 to 4)", count + " of them");
    }

    /** The coefficients up to {@code degree} of each channel. */
    private static List<String> restNames(int stored, int degree) {
        List<String> names = new ArrayList<>();
        for (int channel = 0; channel < 3; channel++) {
            for (int k = 0; k < GaussianCloud.coefficients(degree); k++) {
                names.add(REST + (channel * GaussianCloud.coefficients(stored) + k));
            }
        }
        return names;
    }

    private void fill(GaussianCloud cloud, RecordReader records, Columns c) throws IOException {
        ByteBuffer b = records.buffer();
        boolean direct = colour == Colour.DIRECT || c.bytes;
        float gain = c.bytes ? 1 / 255f : direct ? 1 : GaussianCloud.SH_C0;
        float shift = direct ? 0 : 0.5f;
        Origin origin = Origin.ZERO;
        for (int i = 0; i < cloud.count(); i++) {
            int at = records.next();
            double x = c.position[0].number(b, at);
            double y = c.position[1].number(b, at);
            double z = c.position[2].number(b, at);
            if (i == 0 && colour == Colour.HARMONIC) {
                origin = origin(x, y, z);
            }
            fields.position(cloud, i, x - origin.x(), y - origin.y(), z - origin.z());
            fields.colour(
                    cloud,
                    i,
                    shift + gain * c.colour[0].real(b, at),
                    shift + gain * c.colour[1].real(b, at),
                    shift + gain * c.colour[2].real(b, at));
            fields.logitOpacity(cloud, i, c.opacity.real(b, at));
            float third = c.scale.length == 3 ? c.scale[2].real(b, at) : Float.NEGATIVE_INFINITY;
            fields.logScale(cloud, i, c.scale[0].real(b, at), c.scale[1].real(b, at), third);
            fields.rotation(
                    cloud,
                    i,
                    c.rotation[0].real(b, at),
                    c.rotation[1].real(b, at),
                    c.rotation[2].real(b, at),
                    c.rotation[3].real(b, at));
            for (int k = 0; k < c.rest.length; k++) {
                fields.harmonic(cloud, i, k, c.rest[k].real(b, at));
            }
        }
        reading.origin(origin);
    }

    /** The first centre if floats are too coarse there: doubles of a georeferenced file keep their precision. */
    private static Origin origin(double x, double y, double z) {
        double largest = Math.max(Math.abs(x), Math.max(Math.abs(y), Math.abs(z)));
        return largest > FLOAT_RANGE && largest < Double.POSITIVE_INFINITY
                ? new Origin(Math.rint(x), Math.rint(y), Math.rint(z))
                : Origin.ZERO;
    }
}
