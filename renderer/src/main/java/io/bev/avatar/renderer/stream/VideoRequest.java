package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a viewer asks for.
 *
 * @param codecs codecs that it decodes, names of WebCodecs; empty for JPEG
 */
record VideoRequest(List<String> codecs) {

    private static final int MAX_CODECS = 8;
    private static final int MAX_NAME = 40;

    VideoRequest {
        codecs = List.copyOf(codecs);
    }

    /**
     * Parses {@code {"type":"video","codecs":["vp8"]}}.
     *
     * @throws IllegalArgumentException with field and expected value
     */
    static VideoRequest parse(JsonNode message) {
        JsonNode list = message.path("codecs");
        if (!list.isArray() || list.size() > MAX_CODECS) {
            throw new IllegalArgumentException("codecs: expected a list of at most " + MAX_CODECS + " names");
        }
        List<String> codecs = new ArrayList<>();
        for (JsonNode codec : list) {
            if (!codec.isTextual() || codec.textValue().length() > MAX_NAME) {
                throw new IllegalArgumentException("codecs: expected names of at most " + MAX_NAME + " characters");
            }
            codecs.add(codec.textValue());
        }
        return new VideoRequest(codecs);
    }

    /**
     * The server's answer.
     *
     * @param codec of the frames that follow; empty for JPEG
     * @param detail why the viewer does not get what it asked for; empty if it does
     */
    static byte[] answer(String codec, String detail) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "video")
                .put("codec", codec)
                .put("detail", detail)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
