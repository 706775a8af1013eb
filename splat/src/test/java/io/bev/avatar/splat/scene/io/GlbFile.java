package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds a small skinned .glb: two vertices at (0, 1, 0) and (0, 2, 0), joints {@code chestUpper} at (0, 1, 0) and its
 * child {@code head} at (0, 2, 0) under a node scaled to centimetres, and two sparse targets. {@link #json} may be
 * damaged before that.
 */
final class GlbFile {

    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
    final ObjectNode json = JsonMapper.builder().build().createObjectNode();

    GlbFile() {
        json.putObject("asset").put("version", "2.0");
        json.putArray("accessors");
        json.putArray("bufferViews");
        int positions = floats("VEC3", 0, 1, 0, 0, 2, 0);
        int joints = accessor(bytes(2, 1, 0, 0, 2, 0, 0, 0), 5121, "VEC4", 2);
        int weights = floats("VEC4", 0.75f, 0.25f, 0, 0, 1, 0, 0, 0);
        // Joint 0 is unused; joint 1 is the chest, joint 2 the head.
        int binds = floats("MAT4", concat(bindMatrix(0), bindMatrix(1), bindMatrix(2)));
        int jaw = sparse(new short[] {1}, 0, -0.1f, 0);
        int smile = sparse(new short[] {0, 1}, 0.1f, 0, 0, 0.2f, 0, 0);
        addMesh(positions, joints, weights, jaw, smile);
        addNodes();
        ObjectNode skin = json.putArray("skins").addObject().put("inverseBindMatrices", binds);
        skin.putArray("joints").add(0).add(3).add(2);
    }

    private void addMesh(int positions, int joints, int weights, int jaw, int smile) {
        ObjectNode mesh = json.putArray("meshes").addObject();
        mesh.putObject("extras")
                .putArray("targetNames")
                .add("jawOpen")
                .add("mouthSmileLeft")
                .add("somethingElse");
        ObjectNode primitive = mesh.putArray("primitives").addObject();
        primitive
                .putObject("attributes")
                .put("POSITION", positions)
                .put("JOINTS_0", joints)
                .put("WEIGHTS_0", weights);
        ArrayNode targets = primitive.putArray("targets");
        targets.addObject().put("POSITION", jaw);
        targets.addObject().put("POSITION", smile);
        targets.addObject().put("POSITION", smile);
    }

    private void addNodes() {
        ArrayNode nodes = json.putArray("nodes");
        nodes.addObject().put("name", "unused");
        nodes.addObject().put("mesh", 0).put("skin", 0);
        nodes.addObject()
                .put("name", "head")
                .putArray("translation")
                .add(0)
                .add(100)
                .add(0);
        ObjectNode chest = nodes.addObject().put("name", "chestUpper");
        chest.putArray("translation").add(0).add(100).add(0);
        chest.putArray("children").add(2);
        ObjectNode top = nodes.addObject().put("name", "armature");
        top.putArray("scale").add(0.01).add(0.01).add(0.01);
        top.putArray("children").add(3).add(0).add(1);
    }

    /** Inverse of a joint at height {@code y} metres below a node in centimetres; column-major. */
    private static float[] bindMatrix(float y) {
        return new float[] {100, 0, 0, 0, 0, 100, 0, 0, 0, 0, 100, 0, 0, -100 * y, 0, 1};
    }

    private static float[] concat(float[]... parts) {
        float[] all = new float[16 * parts.length];
        for (int i = 0; i < parts.length; i++) {
            System.arraycopy(parts[i], 0, all, 16 * i, 16);
        }
        return all;
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] floatBytes(float... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            b.putFloat(value);
        }
        return b.array();
    }

    private int view(byte[] data) {
        ArrayNode views = (ArrayNode) json.get("bufferViews");
        views.addObject().put("buffer", 0).put("byteOffset", binary.size()).put("byteLength", data.length);
        binary.writeBytes(Arrays.copyOf(data, (data.length + 3) / 4 * 4));
        return views.size() - 1;
    }

    private int accessor(byte[] data, int componentType, String type, int count) {
        ArrayNode accessors = (ArrayNode) json.get("accessors");
        accessors
                .addObject()
                .put("bufferView", view(data))
                .put("componentType", componentType)
                .put("type", type)
                .put("count", count);
        return accessors.size() - 1;
    }

    private int floats(String type, float... values) {
        int width = type.equals("MAT4") ? 16 : type.charAt(3) - '0';
        return accessor(floatBytes(values), 5126, type, values.length / width);
    }

    private int sparse(short[] indices, float... values) {
        ByteBuffer shorts = ByteBuffer.allocate(2 * indices.length).order(ByteOrder.LITTLE_ENDIAN);
        for (short index : indices) {
            shorts.putShort(index);
        }
        int indexView = view(shorts.array());
        int valueView = view(floatBytes(values));
        ArrayNode accessors = (ArrayNode) json.get("accessors");
        ObjectNode accessor = accessors
                .addObject()
                .put("componentType", 5126)
                .put("type", "VEC3")
                .put("count", 2);
        ObjectNode sparse = accessor.putObject("sparse").put("count", indices.length);
        sparse.putObject("indices").put("bufferView", indexView).put("componentType", 5123);
        sparse.putObject("values").put("bufferView", valueView);
        return accessors.size() - 1;
    }

    ObjectNode accessor(int index) {
        return (ObjectNode) json.get("accessors").get(index);
    }

    ObjectNode view(int index) {
        return (ObjectNode) json.get("bufferViews").get(index);
    }

    ObjectNode node(int index) {
        return (ObjectNode) json.get("nodes").get(index);
    }

    byte[] bytes() {
        if (!json.has("buffers")) {
            json.putArray("buffers").addObject().put("byteLength", binary.size());
        }
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(text, (text.length + 3) / 4 * 4);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        int total = 12 + 8 + padded.length + 8 + binary.size();
        ByteBuffer file = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0x46546C67).putInt(2).putInt(total);
        file.putInt(padded.length).putInt(0x4E4F534A).put(padded);
        file.putInt(binary.size()).putInt(0x004E4942).put(binary.toByteArray());
        return file.array();
    }
}
