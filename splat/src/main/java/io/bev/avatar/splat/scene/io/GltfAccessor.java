package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads accessors of a glTF buffer; every range is checked before it is read. */
final class GltfAccessor {

    private static final int INT8 = 5120;
    private static final int UINT8 = 5121;
    private static final int INT16 = 5122;
    private static final int UINT16 = 5123;
    private static final int UINT32 = 5125;
    private static final int FLOAT32 = 5126;

    private final Glb glb;
    private final String where;
    private final JsonNode json;
    private final int count;
    private final int width;
    private final int componentType;
    private final boolean normalized;

    private GltfAccessor(Glb glb, int index, String type) throws AvatarFormatException {
        this.glb = glb;
        this.where = "accessors[" + index + "]";
        this.json = glb.item("accessors", index);
        this.count = glb.index(json, "count", where);
        this.componentType = glb.index(json, "componentType", where);
        this.normalized = json.path("normalized").asBoolean(false);
        String found = json.path("type").asText("no value");
        if (!found.equals(type)) {
            throw glb.bad(type + " as " + where + ".type", found);
        }
        this.width = switch (type) {
            case "SCALAR" -> 1;
            case "VEC3" -> 3;
            case "VEC4" -> 4;
            case "MAT4" -> 16;
            default -> throw new IllegalArgumentException(type);
        };
    }

    /**
     * An accessor whose number of elements is known.
     *
     * @param type such as {@code VEC3}
     */
    static GltfAccessor of(Glb glb, int index, String type, int expectedCount) throws AvatarFormatException {
        GltfAccessor accessor = new GltfAccessor(glb, index, type);
        if (accessor.count != expectedCount) {
            throw glb.bad(expectedCount + " elements in " + accessor.where, accessor.count + "");
        }
        return accessor;
    }

    /** Every value as a real number, normalised integers scaled, [count, width]. */
    float[] floats() throws AvatarFormatException {
        float[] values = new float[Math.multiplyExact(count, width)];
        if (json.has("bufferView")) {
            readFloats(json, where, values, count);
        }
        if (json.has("sparse")) {
            int[] indices = sparseIndices();
            float[] replaced = sparseValues(indices.length);
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(replaced, i * width, values, indices[i] * width, width);
            }
        }
        return values;
    }

    /** Every value as an unsigned integer, [count, width]. */
    int[] unsigned() throws AvatarFormatException {
        if (json.has("sparse")) {
            throw glb.bad("dense values in " + where, "sparse values");
        }
        return readUnsigned(json, where, componentType, count, width);
    }

    /** Whether only some elements are stored and all others are zero. */
    boolean isSparseOverZero() {
        return json.has("sparse") && !json.has("bufferView");
    }

    /** The elements that a sparse accessor stores, ascending. */
    int[] sparseIndices() throws AvatarFormatException {
        JsonNode sparse = json.path("sparse");
        int stored = glb.index(sparse, "count", where + ".sparse");
        if (stored > count) {
            throw glb.bad("at most " + count + " elements in " + where + ".sparse", stored + "");
        }
        String place = where + ".sparse.indices";
        JsonNode view = sparse.path("indices");
        int[] indices = readUnsigned(view, place, glb.index(view, "componentType", place), stored, 1);
        for (int i = 0; i < stored; i++) {
            if (indices[i] >= count || (i > 0 && indices[i] <= indices[i - 1])) {
                throw glb.bad("ascending indices below " + count + " in " + place, indices[i] + "");
            }
        }
        return indices;
    }

    /** The values of the first {@code stored} sparse elements, [stored, width]. */
    float[] sparseValues(int stored) throws AvatarFormatException {
        float[] values = new float[Math.multiplyExact(stored, width)];
        readFloats(json.path("sparse").path("values"), where + ".sparse.values", values, stored);
        return values;
    }

    private void readFloats(JsonNode view, String place, float[] into, int elements) throws AvatarFormatException {
        View bytes = view(view, place, elements, width * bytesOf(componentType, place));
        int size = bytesOf(componentType, place);
        if (componentType != FLOAT32 && !normalized) {
            throw glb.bad("FLOAT or normalized integers in " + place, "component type " + componentType);
        }
        for (int i = 0; i < elements; i++) {
            for (int k = 0; k < width; k++) {
                float value = real(bytes.data, bytes.start + i * bytes.stride + k * size);
                if (!Float.isFinite(value)) {
                    throw glb.bad("finite numbers in " + place, value + " in element " + i);
                }
                into[i * width + k] = value;
            }
        }
    }

    private float real(ByteBuffer data, int at) throws AvatarFormatException {
        return switch (componentType) {
            case FLOAT32 -> data.getFloat(at);
            case UINT8 -> (data.get(at) & 0xFF) / 255f;
            case UINT16 -> (data.getShort(at) & 0xFFFF) / 65535f;
            case INT8 -> Math.max(-1, data.get(at) / 127f);
            case INT16 -> Math.max(-1, data.getShort(at) / 32767f);
            default -> throw glb.bad("a known component type in " + where, componentType + "");
        };
    }

    private int[] readUnsigned(JsonNode view, String place, int type, int elements, int components)
            throws AvatarFormatException {
        int size = bytesOf(type, place);
        View bytes = view(view, place, elements, components * size);
        int[] values = new int[Math.multiplyExact(elements, components)];
        for (int i = 0; i < values.length; i++) {
            int at = bytes.start + i / components * bytes.stride + i % components * size;
            values[i] = switch (type) {
                case UINT8 -> bytes.data.get(at) & 0xFF;
                case UINT16 -> bytes.data.getShort(at) & 0xFFFF;
                case UINT32 -> bytes.data.getInt(at);
                default -> throw glb.bad("unsigned integers in " + place, "component type " + type);
            };
            if (values[i] < 0) {
                throw glb.bad("indices below 2^31 in " + place, Integer.toUnsignedString(values[i]));
            }
        }
        return values;
    }

    private int bytesOf(int type, String place) throws AvatarFormatException {
        return switch (type) {
            case INT8, UINT8 -> 1;
            case INT16, UINT16 -> 2;
            case UINT32, FLOAT32 -> 4;
            default -> throw glb.bad("a known component type in " + place, type + "");
        };
    }

    /** A checked range of the buffer: element i begins at {@code start + i * stride}. */
    private record View(ByteBuffer data, int start, int stride) {}

    private View view(JsonNode reference, String place, int elements, int elementBytes) throws AvatarFormatException {
        int number = glb.index(reference, "bufferView", place);
        String name = "bufferViews[" + number + "]";
        JsonNode view = glb.item("bufferViews", number);
        if (glb.index(view, "buffer", name) != 0) {
            throw glb.bad("buffer 0 in " + name, view.path("buffer").toString());
        }
        long viewStart = glb.indexOrZero(view, "byteOffset", name);
        long viewBytes = glb.index(view, "byteLength", name);
        long stride = view.has("byteStride") ? glb.index(view, "byteStride", name) : elementBytes;
        long offset = glb.indexOrZero(reference, "byteOffset", place);
        long used = elements == 0 ? 0 : (elements - 1) * stride + elementBytes;
        if (stride < elementBytes
                || offset + used > viewBytes
                || viewStart + viewBytes > glb.binary().limit()) {
            throw glb.bad(
                    place + " inside its buffer",
                    Arrays.toString(new long[] {viewStart, viewBytes, offset, used})
                            + " (view start and length, offset," + " bytes used) in "
                            + glb.binary().limit() + " bytes");
        }
        return new View(glb.binary(), (int) (viewStart + offset), (int) stride);
    }
}
