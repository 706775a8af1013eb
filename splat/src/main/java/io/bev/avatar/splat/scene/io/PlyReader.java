package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the .ply of 3D Gaussian splatting: logit opacity, logarithmic scales, a quaternion w, x, y, z of any length and
 * spherical harmonics whose degree follows from the number of {@code f_rest_*} properties.
 *
 * <p>Properties are found by name; others are ignored. PlayCanvas' compressed variant is read as well.
 */
public final class PlyReader {

    /** Meaning of {@code f_dc_*}. */
    public enum Colour {
        /** The zeroth spherical-harmonics coefficient. */
        HARMONIC,
        /** Red, green and blue as stored, 0..1. */
        DIRECT
    }

    private static final String REST = "f_rest_";

    private final String source;
    private final Colour colour;
    private final GaussianFields fields;

    private PlyReader(String source, Colour colour) {
        this.source = source;
        this.colour = colour;
        this.fields = new GaussianFields(source);
    }

    /**
     * @param source the file's name in messages
     * @param in the file from its first byte; not closed
     * @param size its length in bytes
     * @throws AvatarFormatException if the file is not in this format
     */
    public static GaussianCloud read(String source, InputStream in, long size, Colour colour) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        return read(source, PlyHeader.read(source, buffered), buffered, size, colour);
    }

    /** Reads the data after {@code header}. */
    static GaussianCloud read(String source, PlyHeader header, InputStream in, long size, Colour colour)
            throws IOException {
        if (CompressedPlyReader.fits(header)) {
            return CompressedPlyReader.read(source, header, in, size);
        }
        PlyReader reader = new PlyReader(source, colour);
        PlyHeader.Element vertices = header.element("vertex")
                .orElseThrow(() -> PlyHeader.bad(
                        source,
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
        List<PlyHeader.Property> columns = columns(
                vertices,
                List.of(
                        "x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2",
                        "rot_0", "rot_1", "rot_2", "rot_3"));
        int degree = degree(vertices);
        List<PlyHeader.Property> rest = columns(vertices, restNames(3 * GaussianCloud.coefficients(degree)));
        long offset = header.dataOffset(source, vertices);
        long needed = header.bytes() + offset + vertices.count() * vertices.bytes();
        if (size < needed) {
            throw RecordReader.truncated(
                    source, vertices.count() + " vertices in " + needed + " bytes", size + " bytes");
        }
        GaussianCloud cloud = fields.allocate(vertices.count(), degree);
        in.skipNBytes(offset);
        RecordReader records =
                new RecordReader(source, "vertices", in, vertices.bytes(), vertices.count(), header.order());
        fill(cloud, records, columns.toArray(PlyHeader.Property[]::new), rest.toArray(PlyHeader.Property[]::new));
        return cloud;
    }

    private List<PlyHeader.Property> columns(PlyHeader.Element vertices, List<String> names)
            throws AvatarFormatException {
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
            if (!column.isReal()) {
                throw PlyHeader.bad(
                        source,
                        "float or double as type of " + column.name(),
                        column.type().toString());
            }
        }
        return columns;
    }

    private int degree(PlyHeader.Element vertices) throws AvatarFormatException {
        long count = vertices.properties().stream()
                .filter(p -> p.name().startsWith(REST))
                .count();
        for (int degree = 0; degree <= 3; degree++) {
            if (count == 3L * GaussianCloud.coefficients(degree)) {
                return degree;
            }
        }
        throw PlyHeader.bad(source, "0, 9, 24 or 45 f_rest_* properties (degree 0 to 3)", count + " of them");
    }

    private static List<String> restNames(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(REST + i);
        }
        return names;
    }

    private void fill(GaussianCloud cloud, RecordReader records, PlyHeader.Property[] c, PlyHeader.Property[] rest)
            throws IOException {
        ByteBuffer b = records.buffer();
        float gain = colour == Colour.DIRECT ? 1 : GaussianCloud.SH_C0;
        float shift = colour == Colour.DIRECT ? 0 : 0.5f;
        for (int i = 0; i < cloud.count(); i++) {
            int at = records.next();
            fields.position(cloud, i, c[0].real(b, at), c[1].real(b, at), c[2].real(b, at));
            fields.colour(
                    cloud,
                    i,
                    shift + gain * c[3].real(b, at),
                    shift + gain * c[4].real(b, at),
                    shift + gain * c[5].real(b, at));
            fields.logitOpacity(cloud, i, c[6].real(b, at));
            fields.logScale(cloud, i, c[7].real(b, at), c[8].real(b, at), c[9].real(b, at));
            fields.rotation(cloud, i, c[10].real(b, at), c[11].real(b, at), c[12].real(b, at), c[13].real(b, at));
            for (int k = 0; k < rest.length; k++) {
                cloud.sh[i * rest.length + k] = fields.finite(i, rest[k].name(), rest[k].real(b, at));
            }
        }
    }
}
