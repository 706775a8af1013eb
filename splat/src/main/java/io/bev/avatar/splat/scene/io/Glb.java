package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A binary glTF 2.0 container: its JSON and its single buffer, both untrusted. */
final class Glb {

    private static final int MAGIC = 0x46546C67;
    private static final int CHUNK_JSON = 0x4E4F534A;
    private static final int CHUNK_BINARY = 0x004E4942;
    private static final int HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String source;
    private final JsonNode root;
    private final ByteBuffer binary;

    private Glb(String source, JsonNode root, ByteBuffer binary) {
        this.source = source;
        this.root = root;
        this.binary = binary;
    }

    static Glb parse(String source, byte[] bytes) throws AvatarFormatException {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < HEADER_BYTES || file.getInt(0) != MAGIC) {
            throw bad(source, "a binary glTF file that starts with 'glTF'", "other data");
        }
        if (file.getInt(4) != 2) {
            throw bad(source, "glTF version 2", "version " + Integer.toUnsignedString(file.getInt(4)));
        }
        long length = Integer.toUnsignedLong(file.getInt(8));
        if (length > bytes.length) {
            throw RecordReader.truncated(source, length + " bytes", bytes.length + " bytes");
        }
        JsonNode json = null;
        ByteBuffer binary = ByteBuffer.allocate(0);
        for (long at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= length; ) {
            long size = Integer.toUnsignedLong(file.getInt((int) at));
            int type = file.getInt((int) at + 4);
            long start = at + CHUNK_HEADER_BYTES;
            if (start + size > length) {
                throw RecordReader.truncated(source, "a chunk of " + size + " bytes", (length - start) + " bytes");
            }
            if (type == CHUNK_JSON && json == null) {
                json = json(source, Arrays.copyOfRange(bytes, (int) start, (int) (start + size)));
            } else if (type == CHUNK_BINARY) {
                binary = file.slice((int) start, (int) size).order(ByteOrder.LITTLE_ENDIAN);
            }
            at = start + size + (4 - size % 4) % 4;
        }
        if (json == null) {
            throw bad(source, "a JSON chunk", "none");
        }
        return new Glb(source, json, binary).checked();
    }

    private static JsonNode json(String source, byte[] text) throws AvatarFormatException {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            String found = e instanceof JsonProcessingException j ? j.getOriginalMessage() : ErrorText.of(e);
            throw new AvatarFormatException(source, "valid JSON", found, "export the avatar again", e);
        }
    }

    private Glb checked() throws AvatarFormatException {
        if (!root.path("extensionsRequired").isEmpty()) {
            throw bad(
                    "plain glTF without required extensions",
                    root.path("extensionsRequired").toString());
        }
        JsonNode buffer = item("buffers", 0);
        if (buffer.has("uri") || buffer.path("byteLength").asLong(-1) > binary.limit()) {
            throw bad(
                    "one buffer inside the file, of "
                            + buffer.path("byteLength").asText("?") + " bytes",
                    buffer.has("uri") ? "an external buffer" : binary.limit() + " bytes");
        }
        return this;
    }

    String source() {
        return source;
    }

    ByteBuffer binary() {
        return binary;
    }

    JsonNode root() {
        return root;
    }

    /** Item {@code index} of a top-level array. */
    JsonNode item(String array, int index) throws AvatarFormatException {
        JsonNode items = root.path(array);
        if (!items.isArray() || index < 0 || index >= items.size()) {
            throw bad(array + "[" + index + "]", items.isArray() ? items.size() + " " + array : "no " + array);
        }
        return items.get(index);
    }

    /** A field that holds an index or a count. */
    int index(JsonNode object, String field, String where) throws AvatarFormatException {
        JsonNode value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw bad("a number >= 0 as " + where + "." + field, value.isMissingNode() ? "no value" : value.toString());
        }
        return value.intValue();
    }

    /** As {@link #index}, but 0 where the field is absent. */
    int indexOrZero(JsonNode object, String field, String where) throws AvatarFormatException {
        return object.has(field) ? index(object, field, where) : 0;
    }

    AvatarFormatException bad(String expected, String found) {
        return bad(source, expected, found);
    }

    private static AvatarFormatException bad(String source, String expected, String found) {
        return new AvatarFormatException(source, expected, found, "export the avatar again as a LAM bundle");
    }
}
