package io.bev.avatar.splat.scene.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds a .glb of Gaussians: a mesh for each cloud, and the nodes that a test adds to {@link #json}. */
final class GltfSplatFile {

    private static final String EXTENSION = "KHR_gaussian_splatting";

    final ObjectNode json = JsonMapper.builder().build().createObjectNode();
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    GltfSplatFile(GaussianCloud... clouds) {
        json.putObject("asset").put("version", "2.0");
        json.putArray("extensionsUsed").add(EXTENSION);
        json.putArray("accessors");
        json.putArray("bufferViews");
        json.putArray("meshes");
        json.putArray("nodes");
        for (GaussianCloud cloud : clouds) {
            ObjectNode primitive =
                    json.withArray("meshes").addObject().putArray("primitives").addObject();
            primitive.putObject("extensions").putObject(EXTENSION);
            add(primitive.putObject("attributes"), cloud);
        }
    }

    /** A node that shows a mesh. */
    ObjectNode node(int mesh) {
        return json.withArray("nodes").addObject().put("mesh", mesh);
    }

    private void add(ObjectNode attributes, GaussianCloud c) {
        // The half turn about z from the cloud's axes to the file's.
        attributes.put("POSITION", accessor(c, 3, i -> new float[] {-c.x[i], -c.y[i], c.z[i]}));
        attributes.put(EXTENSION + ":ROTATION", accessor(c, 4, i ->
                new float[] {c.rotationY[i], -c.rotationX[i], -c.rotationW[i], c.rotationZ[i]}));
        attributes.put(EXTENSION + ":SCALE", accessor(c, 3, i -> new float[] {c.scaleX[i], c.scaleY[i], c.scaleZ[i]}));
        attributes.put(EXTENSION + ":OPACITY", accessor(c, 1, i -> new float[] {c.opacity[i]}));
        attributes.put(EXTENSION + ":SH_DEGREE_0_COEF_0", accessor(c, 3, i ->
                new float[] {dc(c.red[i]), dc(c.green[i]), dc(c.blue[i])}));
        int k = GaussianCloud.coefficients(c.shDegree());
        for (int degree = 1, index = 0; degree <= c.shDegree(); degree++) {
            for (int n = 0; n <= 2 * degree; n++, index++) {
                int at = index;
                float sign = index % 2 == 0 ? -1 : 1;
                attributes.put(EXTENSION + ":SH_DEGREE_" + degree + "_COEF_" + n, accessor(c, 3, i -> new float[] {
                    sign * c.harmonic(3 * k * i + at),
                    sign * c.harmonic(3 * k * i + k + at),
                    sign * c.harmonic(3 * k * i + 2 * k + at)
                }));
            }
        }
    }

    private static float dc(float colour) {
        return (colour - 0.5f) / GaussianCloud.SH_C0;
    }

    private interface Values {
        float[] of(int i);
    }

    private int accessor(GaussianCloud cloud, int width, Values values) {
        int number = json.withArray("accessors").size();
        json.withArray("accessors")
                .addObject()
                .put("bufferView", number)
                .put("componentType", 5126)
                .put("type", width == 1 ? "SCALAR" : "VEC" + width)
                .put("count", cloud.count());
        ByteBuffer bytes = ByteBuffer.allocate(4 * width * cloud.count()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < cloud.count(); i++) {
            for (float value : values.of(i)) {
                bytes.putFloat(value);
            }
        }
        json.withArray("bufferViews")
                .addObject()
                .put("buffer", 0)
                .put("byteOffset", binary.size())
                .put("byteLength", bytes.capacity());
        binary.writeBytes(bytes.array());
        return number;
    }

    byte[] bytes() {
        json.putArray("buffers").addObject().put("byteLength", binary.size());
        byte[] text = json.toString().getBytes(UTF_8);
        byte[] padded = Arrays.copyOf(text, (text.length + 3) / 4 * 4);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        ByteBuffer glb = ByteBuffer.allocate(28 + padded.length + binary.size()).order(ByteOrder.LITTLE_ENDIAN);
        glb.putInt(0x46546C67).putInt(2).putInt(glb.capacity());
        glb.putInt(padded.length).putInt(0x4E4F534A).put(padded);
        glb.putInt(binary.size()).putInt(0x004E4942).put(binary.toByteArray());
        return glb.array();
    }
}
