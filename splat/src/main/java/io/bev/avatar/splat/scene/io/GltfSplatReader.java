package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.Affine;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads glTF 2.0 with {@code KHR_gaussian_splatting}: primitives whose attributes are floats, or, with its SPZ extension, a
 * buffer view that holds an .spz file, where the transforms of the nodes place them.
 *
 * <p>The file's y axis is up; that of the cloud is down, as in a trained .ply: a half turn about z.
 */
final class GltfSplatReader {

    private static final String EXTENSION = "KHR_gaussian_splatting";
    private static final String SPZ = "_compression_spz";
    private static final int FLOAT = 5126;
    private static final int MAX_PARTS = 1000;
    private static final double FAR = 100;
    private static final double MAX_COORDINATE = 1e9;
    private static final GaussianCloud EMPTY = new GaussianCloud(0, 0);
    /** About z, from the file's axes to those of the cloud and back. */
    private static final double[] HALF_TURN = {-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0};

    /** Sign of each coefficient when x and y are negated. */
    private static final int[] FLIP = {-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};

    private final Reading reading;
    private final JsonNode root;
    private final ByteSource buffer;

    /** @param buffer the file's only buffer */
    private GltfSplatReader(Reading reading, JsonNode root, ByteSource buffer) {
        this.reading = reading;
        this.root = root;
        this.buffer = buffer;
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

    /**
     * One occurrence of a primitive in the scene.
     *
     * @param transform from its coordinates to those of the scene, in the file's axes
     */
    private record Part(JsonNode primitive, double[] transform) {}

    private GaussianCloud read() throws IOException {
        List<Part> parts = parts();
        double[] origin = origin(parts.get(0).transform());
        reading.origin(new Origin(-origin[0], -origin[1], origin[2]));
        List<GaussianCloud> clouds = new ArrayList<>();
        long count = 0;
        int degree = 0;
        for (Part part : parts) {
            GaussianCloud cloud = cloud(part.primitive());
            place(cloud, part.transform(), origin);
            clouds.add(cloud);
            count += cloud.count();
            degree = Math.max(degree, cloud.shDegree());
            if (parts.size() > 1) {
                // The parts and the cloud that they are copied to.
                reading.memory().require(reading.source(), 2 * count, degree);
            }
        }
        return clouds.size() == 1 ? clouds.get(0) : joined(clouds, count, degree);
    }

    /** The translation of a transform if it leads so far from zero that floats are too coarse there, or zero. */
    private static double[] origin(double[] transform) {
        double[] translation = {transform[3], transform[7], transform[11]};
        double distance =
                Math.max(Math.abs(translation[0]), Math.max(Math.abs(translation[1]), Math.abs(translation[2])));
        return distance > FAR && distance <= MAX_COORDINATE ? translation : new double[3];
    }

    private GaussianCloud cloud(JsonNode primitive) throws IOException {
        JsonNode spz = spz(primitive.path("extensions"));
        if (spz != null) {
            ByteSource view = view(spz.path("bufferView").asInt(-1));
            return CloudFormat.readSpz(reading, view);
        }
        return attributes(primitive.path("attributes"));
    }

    private void place(GaussianCloud cloud, double[] transform, double[] origin) throws AvatarFormatException {
        double[] relative = transform.clone();
        for (int axis = 0; axis < 3; axis++) {
            relative[4 * axis + 3] -= origin[axis];
        }
        if (Affine.distance(relative, Affine.identity()) == 0) {
            return;
        }
        double[] moved = Affine.multiply(HALF_TURN, Affine.multiply(relative, HALF_TURN));
        CloudTransform.of(moved)
                .orElseThrow(() -> bad(
                        "nodes that move, turn and scale all axes alike",
                        "a node that mirrors, shears or scales each axis differently"))
                .apply(cloud);
    }

    private GaussianCloud joined(List<GaussianCloud> clouds, long count, int degree) throws AvatarFormatException {
        GaussianCloud all = new GaussianFields(reading).allocate(count, degree);
        int to = 0;
        for (int i = 0; i < clouds.size(); i++) {
            GaussianCloud part = clouds.get(i);
            all.antialiased |= part.antialiased;
            copy(part, all, to);
            to += part.count();
            clouds.set(i, EMPTY);
        }
        return all;
    }

    private static void copy(GaussianCloud part, GaussianCloud all, int to) {
        List<float[]> from = part.fields();
        List<float[]> into = all.fields();
        for (int f = 0; f < from.size(); f++) {
            System.arraycopy(from.get(f), 0, into.get(f), to, part.count());
        }
        int each = GaussianCloud.coefficients(part.shDegree());
        int stride = GaussianCloud.coefficients(all.shDegree());
        for (int row = 0; row < 3 * part.count(); row++) {
            System.arraycopy(part.sh, row * each, all.sh, (3 * to + row) * stride, each);
        }
    }

    /** The primitives of all nodes, and once those of meshes that no node shows. */
    private List<Part> parts() throws AvatarFormatException {
        JsonNode meshes = root.path("meshes");
        boolean[] shown = new boolean[meshes.size()];
        List<Part> parts = new ArrayList<>();
        GltfNodes tree = new GltfNodes(root.path("nodes"), this::bad);
        for (int node = 0; node < root.path("nodes").size(); node++) {
            int mesh = root.path("nodes").path(node).path("mesh").asInt(-1);
            if (mesh >= 0 && mesh < shown.length) {
                shown[mesh] = true;
                addParts(meshes.path(mesh), tree.global(node), parts);
            }
        }
        for (int mesh = 0; mesh < shown.length; mesh++) {
            if (!shown[mesh]) {
                addParts(meshes.path(mesh), Affine.identity(), parts);
            }
        }
        if (parts.isEmpty()) {
            throw bad("a primitive with " + EXTENSION, "none");
        }
        return parts;
    }

    private void addParts(JsonNode mesh, double[] transform, List<Part> parts) throws AvatarFormatException {
        for (JsonNode primitive : mesh.path("primitives")) {
            if (primitive.path("extensions").has(EXTENSION)) {
                if (parts.size() == MAX_PARTS) {
                    throw bad("at most " + MAX_PARTS + " primitives with " + EXTENSION, "more");
                }
                parts.add(new Part(primitive, transform));
            }
        }
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

    private GaussianCloud attributes(JsonNode attributes) throws IOException {
        int degree = 0;
        while (degree < 4 && attributes.has(harmonic(degree + 1, 0))) {
            degree++;
        }
        if (degree > 3) {
            reading.note("spherical harmonics of degree 4: the first three bands are rendered");
            degree = 3;
        }
        GaussianFields fields = new GaussianFields(reading);
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
