package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds small .ply files, valid or invalid. */
final class PlyFile {

    private final Map<String, String> types = new LinkedHashMap<>();
    private final List<Map<String, Double>> vertices = new ArrayList<>();
    private final List<String> extraHeader = new ArrayList<>();
    private byte[] extraData = {};
    private String format = "binary_little_endian";
    private long declaredCount = -1;

    /** The properties of degree {@code degree}, all float. */
    static PlyFile ofDegree(int degree) {
        PlyFile file = new PlyFile();
        for (String name : List.of("x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2")) {
            file.property("float", name);
        }
        for (int i = 0; i < 3 * GaussianCloud.coefficients(degree); i++) {
            file.property("float", "f_rest_" + i);
        }
        for (String name : List.of("opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3")) {
            file.property("float", name);
        }
        return file;
    }

    /** Adds a property, or changes its type. */
    PlyFile property(String type, String name) {
        types.put(name, type);
        return this;
    }

    PlyFile without(String name) {
        types.remove(name);
        return this;
    }

    PlyFile format(String format) {
        this.format = format;
        return this;
    }

    PlyFile declaring(long count) {
        declaredCount = count;
        return this;
    }

    /** An element before the vertices. */
    PlyFile elementBefore(byte[] data, String... headerLines) {
        extraHeader.addAll(List.of(headerLines));
        extraData = data;
        return this;
    }

    /** A vertex without rotation; {@code values} alternates names and numbers. */
    PlyFile vertex(Object... values) {
        Map<String, Double> vertex = new LinkedHashMap<>();
        vertex.put("rot_0", 1.0);
        for (int i = 0; i < values.length; i += 2) {
            vertex.put((String) values[i], ((Number) values[i + 1]).doubleValue());
        }
        vertices.add(vertex);
        return this;
    }

    byte[] bytes() {
        StringBuilder header = new StringBuilder("ply\nformat " + format + " 1.0\ncomment made by a test\n");
        extraHeader.forEach(line -> header.append(line).append('\n'));
        long count = declaredCount < 0 ? vertices.size() : declaredCount;
        header.append("element vertex ").append(count).append('\n');
        types.forEach((name, type) ->
                header.append("property ").append(type).append(' ').append(name).append('\n'));
        header.append("end_header\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(extraData);
        vertices.forEach(vertex ->
                types.forEach((name, type) -> out.writeBytes(number(type, vertex.getOrDefault(name, 0.0)))));
        return out.toByteArray();
    }

    private byte[] number(String type, double value) {
        ByteBuffer b = ByteBuffer.allocate(8);
        b.order(format.contains("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case "float", "float32" -> b.putFloat((float) value);
            case "double", "float64" -> b.putDouble(value);
            case "int", "uint", "int32" -> b.putInt((int) value);
            case "uchar", "uint8" -> b.put((byte) value);
            default -> throw new IllegalArgumentException(type);
        }
        byte[] bytes = new byte[b.position()];
        b.flip().get(bytes);
        return bytes;
    }
}
