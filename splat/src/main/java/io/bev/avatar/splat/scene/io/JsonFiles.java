package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** Models described by JSON: an unpacked SOG, glTF with its buffer in another file, and binary glTF. */
final class JsonFiles {

    private static final int MAX_JSON_BYTES = 16 << 20;
    private static final int GLB_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int CHUNK_JSON = 0x4E4F534A;
    private static final int CHUNK_BINARY = 0x004E4942;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private JsonFiles() {}

    /**
     * Reads the model that a JSON file describes.
     *
     * @param parts the files beside it
     */
    static GaussianCloud read(Reading reading, ByteSource source, SogReader.Parts parts) throws IOException {
        if (source.size() > MAX_JSON_BYTES) {
            throw reading.bad("a JSON file of at most " + MAX_JSON_BYTES + " bytes", source.size() + " bytes", REMEDY);
        }
        JsonNode root = parse(reading, source.start(MAX_JSON_BYTES));
        if (SogReader.fits(root)) {
            return SogReader.read(reading, root, parts);
        }
        if (!GltfSplatReader.fits(root)) {
            throw reading.bad("SOG or glTF with KHR_gaussian_splatting", "other JSON", REMEDY);
        }
        JsonNode buffers = root.path("buffers");
        String uri = buffers.path(0).path("uri").asText("");
        if (buffers.size() != 1 || uri.isEmpty()) {
            throw reading.bad("one buffer with a URI", buffers.size() + " buffers", REMEDY);
        }
        return GltfSplatReader.read(reading, root, buffer(reading, uri, parts));
    }

    private static final String REMEDY = "convert it to .ply, for example with splat-transform";

    private static ByteSource buffer(Reading reading, String uri, SogReader.Parts parts) throws IOException {
        if (uri.startsWith("data:")) {
            int comma = uri.indexOf(";base64,");
            try {
                return ByteSource.of(
                        reading.source(),
                        Base64.getDecoder().decode(comma < 0 ? "!" : uri.substring(comma + ";base64,".length())));
            } catch (IllegalArgumentException e) {
                throw new AvatarFormatException(
                        reading.source(), "base64 data in the buffer's URI", "other data", REMEDY, e);
            }
        }
        if (uri.contains("/") || uri.contains("\\") || uri.contains(":")) {
            throw reading.bad("a buffer in the same directory", "'" + uri + "'", REMEDY);
        }
        return parts.part(uri);
    }

    /** Reads binary glTF with Gaussians. */
    static GaussianCloud readGlb(Reading reading, ByteSource source) throws IOException {
        JsonNode root = null;
        long at = GLB_HEADER_BYTES;
        while (at + CHUNK_HEADER_BYTES <= source.size()) {
            ByteBuffer chunk;
            byte[] content = {};
            try (InputStream in = source.open(at)) {
                chunk = ByteBuffer.wrap(in.readNBytes(CHUNK_HEADER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
                long length = Integer.toUnsignedLong(chunk.getInt(0));
                if (length > source.size() - at - CHUNK_HEADER_BYTES) {
                    throw RecordReader.truncated(
                            reading.source(), "a chunk of " + length + " bytes", source.size() + " bytes");
                }
                if (chunk.getInt(4) == CHUNK_JSON && length <= MAX_JSON_BYTES) {
                    content = in.readNBytes((int) length);
                }
            }
            long length = Integer.toUnsignedLong(chunk.getInt(0));
            if (chunk.getInt(4) == CHUNK_JSON) {
                root = parse(reading, content);
                if (!GltfSplatReader.fits(root)) {
                    throw reading.bad(
                            "glTF with KHR_gaussian_splatting",
                            "a glTF mesh",
                            "a mesh cannot be rendered: use a Gaussian splatting file");
                }
            } else if (chunk.getInt(4) == CHUNK_BINARY && root != null) {
                return GltfSplatReader.read(reading, root, ByteSource.part(source, at + CHUNK_HEADER_BYTES, length));
            }
            at += CHUNK_HEADER_BYTES + length;
        }
        throw reading.bad("a JSON and a binary chunk", "the end of the file", REMEDY);
    }

    static JsonNode parse(Reading reading, byte[] json) throws IOException {
        try {
            JsonNode root = JSON.readTree(json);
            return root == null ? JSON.createObjectNode() : root;
        } catch (JsonProcessingException e) {
            throw new AvatarFormatException(
                    reading.source(), "JSON", String.valueOf(e.getOriginalMessage()), "copy or export it again", e);
        }
    }
}
