package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads glTF 2.0 with {@code KHR_gaussian_splatting}: one primitive whose attributes are floats, or, with its SPZ extension,
 * a buffer view that holds an .spz file.
 *
 * <p>The file's y axis is up; that of the cloud is down, as in a trained .ply: a half turn about z.
 */
final class GltfSplatReader {

    private static final String EXTENSION = "KHR_gaussian_splatting";
    private static final String SPZ = "_compression_spz";
    private static final int FLOAT = 5126;

    /** Sign of each coefficient when x and y are negated. */
    private static final int[] FLIP = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};

    private final Reading reading;
    private final JsonNode root;
    private final ByteSource buffer;
    private final GaussianFields fields;

    /** @param buffer the file's only buffer */
    private GltfSplatReader(Reading reading, JsonNode root, ByteSource buffer) {
        this.reading = reading;
        this.root = root;
        this.buffer = buffer;
        this.fields = new GaussianFields(reading);
    }

    /** Whether {@code root} uses the extension. */
    static boolean fits(JsonNode root) {
        for (JsonNode name : root.path("extensionsUsed")) {
            if (name.asText().startsWith(EXTENSION)) {
                return true;
            }
        }
        return false;
    }

    static GaussianCloud read(Reading reading, JsonNode root, ByteSource buffer) throws IOException {
        return new GltfSplatReader(reading, root, buffer).read();
    }

    private GaussianCloud read() throws IOException {
        JsonNode primitive = primitive();
        JsonNode spz = spz(primitive.path("extensions"));
        requireNoTransform();
        if (spz != null) {
            ByteSource view = view(spz.path("bufferView").asInt(-1));
            return CloudFormat.readSpz(reading, view);
        }
        return attributes(primitive.path("attributes"));
    }

    private JsonNode primitive() throws AvatarFormatException {
        JsonNode found = null;
        for (JsonNode mesh : root.path("meshes")) {
            for (JsonNode primitive : mesh.path("primitives")) {
                if (primitive.path("extensions").has(EXTENSION)) {
                    if (found != null) {
                        throw bad("one primitive with " + EXTENSION, "several");
                    }
                    found = primitive;
                }
            }
        }
        if (found == null) {
            throw bad("a primitive with " + EXTENSION, "none");
        }
        return found;
    }

    private static @Nullable JsonNode spz(JsonNode extensions) {
        JsonNode nested = extensions.path(EXTENSION).path("extensions");
        for (JsonNode level : new JsonNode[] {nested, extensions}) {
            for (java.util.Iterator<String> names = level.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (name.contains(SPZ) || name.equals("KHR_spz_compression")) {
                    return level.path(name);
                }
            }
        }
        return null;
    }

    private void requireNoTransform() {
        for (JsonNode node : root.path("nodes")) {
            if (node.has("matrix") || node.has("rotation") || node.has("scale") || node.has("translation")) {
                reading.note("the transform of the glTF node is ignored");
                return;
            }
        }
    }

    private GaussianCloud attributes(JsonNode attributes) throws IOException {
        int degree = 0;
        while (degree < 4 && attributes.has(harmonic(degree + 1, 0))) {
            degree++;
        }
        if (degree > 3) {
            reading.note("spherical harmonics of degree 4: the first three bands are rendered");
            degree = 3;
        }
        JsonNode position = accessor(attributes, "POSITION");
        GaussianCloud cloud = fields.allocate(position.path("count").asLong(-1), degree);
        each(attributes, "POSITION", 3, cloud, (i, v) -> fields.position(cloud, i, -v[0], -v[1], v[2]));
        // The half turn about z, times x, y, z, w.
        each(
                attributes,
                EXTENSION + ":ROTATION",
                4,
                cloud,
                (i, v) -> fields.rotation(cloud, i, -v[2], -v[1], v[0], v[3]));
        each(attributes, EXTENSION + ":SCALE", 3, cloud, (i, v) -> fields.linearScale(cloud, i, v[0], v[1], v[2]));
        each(attributes, EXTENSION + ":OPACITY", 1, cloud, (i, v) -> fields.linearOpacity(cloud, i, v[0]));
        each(attributes, harmonic(0, 0), 3, cloud, (i, v) -> fields.colour(cloud, i, dc(v[0]), dc(v[1]), dc(v[2])));
        int k = GaussianCloud.coefficients(degree);
        for (int band = 1; band <= degree; band++) {
            for (int c = 0; c <= 2 * band; c++) {
                int index = GaussianCloud.coefficients(band - 1) + c;
                each(attributes, harmonic(band, c), 3, cloud, (i, v) -> {
                    for (int channel = 0; channel < 3; channel++) {
                        fields.harmonic(cloud, i, channel * k + index, FLIP[index] * v[channel]);
                    }
                });
            }
        }
        fields.finish(cloud);
        return cloud;
    }

    private static String harmonic(int degree, int index) {
        return EXTENSION + ":SH_DEGREE_" + degree + "_COEF_" + index;
    }

    private static float dc(float coefficient) {
        return 0.5f + GaussianCloud.SH_C0 * coefficient;
    }

    /** Receives the values of one Gaussian. */
    private interface Values {
        void accept(int i, float[] values) throws IOException;
    }

    private void each(JsonNode attributes, String name, int width, GaussianCloud cloud, Values values)
            throws IOException {
        JsonNode accessor = accessor(attributes, name);
        int type = accessor.path("componentType").asInt(-1);
        int bytes = componentBytes(type);
        if (bytes == 0 || (type != FLOAT && !accessor.path("normalized").asBoolean(false)) || accessor.has("sparse")) {
            throw bad("floats or normalized integers as " + name, accessor.toString());
        }
        String shape = width == 1 ? "SCALAR" : "VEC" + width;
        if (!accessor.path("type").asText().equals(shape)
                || accessor.path("count").asInt(-1) != cloud.count()) {
            throw bad(
                    cloud.count() + " of " + shape + " as " + name,
                    accessor.path("count").asText("none"));
        }
        JsonNode view =
                root.path("bufferViews").path(accessor.path("bufferView").asInt(-1));
        int stride = view.path("byteStride").asInt(bytes * width);
        long offset =
                view.path("byteOffset").asLong(0) + accessor.path("byteOffset").asLong(0);
        if (stride < bytes * width
                || stride > 4096
                || offset < 0
                || offset + (long) stride * (cloud.count() - 1) + (long) bytes * width > buffer.size()) {
            throw bad(name + " within the buffer", "a view beyond its " + buffer.size() + " bytes");
        }
        float[] v = new float[width];
        try (InputStream in = buffer.open(offset)) {
            // The last record may end with its values.
            RecordReader records =
                    new RecordReader(reading.source(), name, in, stride, cloud.count() - 1L, ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < cloud.count() - 1; i++) {
                convert(records.buffer(), records.next(), type, bytes, v);
                values.accept(i, v);
            }
            ByteBuffer last = ByteBuffer.wrap(in.readNBytes(bytes * width)).order(ByteOrder.LITTLE_ENDIAN);
            convert(last, 0, type, bytes, v);
            values.accept(cloud.count() - 1, v);
        }
    }

    private static int componentBytes(int type) {
        return switch (type) {
            case 5120, 5121 -> 1;
            case 5122, 5123 -> 2;
            case FLOAT -> 4;
            default -> 0;
        };
    }

    private static void convert(ByteBuffer b, int at, int type, int bytes, float[] v) {
        for (int k = 0; k < v.length; k++) {
            int p = at + bytes * k;
            v[k] = switch (type) {
                case 5120 -> Math.max(-1, b.get(p) / 127f);
                case 5121 -> (b.get(p) & 0xFF) / 255f;
                case 5122 -> Math.max(-1, b.getShort(p) / 32767f);
                case 5123 -> (b.getShort(p) & 0xFFFF) / 65535f;
                default -> b.getFloat(p);
            };
        }
    }

    private JsonNode accessor(JsonNode attributes, String name) throws AvatarFormatException {
        JsonNode accessor = root.path("accessors").path(attributes.path(name).asInt(-1));
        if (accessor.isMissingNode()) {
            throw bad("an attribute " + name, "none");
        }
        return accessor;
    }

    private ByteSource view(int index) throws AvatarFormatException {
        JsonNode view = root.path("bufferViews").path(index);
        long offset = view.path("byteOffset").asLong(0);
        long length = view.path("byteLength").asLong(-1);
        if (offset < 0 || length < 0 || offset + length > buffer.size()) {
            throw bad("a buffer view within the buffer", "bufferViews[" + index + "]");
        }
        return ByteSource.part(buffer, offset, length);
    }

    private AvatarFormatException bad(String expected, String found) {
        return reading.bad(expected, found, "export the avatar again as .glb or .ply");
    }
}
