package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.HashMap;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param status HTTP status code
 * @param body empty for 304
 * @param headers in addition to type, length and the common ones; override the common ones
 */
record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Reply json(int status, JsonNode document) {
        return new Reply(status, "application/json", bytes(document), Map.of());
    }

    /** An error with its reason, as JSON. */
    static Reply error(int status, String detail) {
        return json(status, errorDocument(status, detail));
    }

    static ObjectNode errorDocument(int status, String detail) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("status", status)
                .put("error", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("detail", detail);
    }

    static byte[] bytes(JsonNode document) {
        try {
            return MAPPER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON serialisation failed", e);
        }
    }

    Reply with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, contentType, body, Map.copyOf(more));
    }

    /** The Netty response; for HEAD without the body, but with its length. */
    FullHttpResponse toResponse(boolean head) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(status),
                head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        HttpHeaders fields = response.headers();
        addCommonHeaders(fields);
        fields.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (status != 304) {
            fields.set(HttpHeaderNames.CONTENT_TYPE, contentType).set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        headers.forEach(fields::set);
        return response;
    }

    static void addCommonHeaders(HttpHeaders fields) {
        fields.set("X-Content-Type-Options", "nosniff")
                .set("Referrer-Policy", "no-referrer")
                .set("Cross-Origin-Resource-Policy", "same-origin");
    }
}
