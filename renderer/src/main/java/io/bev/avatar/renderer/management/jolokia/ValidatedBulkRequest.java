package io.bev.avatar.renderer.management.jolokia;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One request or an array of them, validated before it is passed to Jolokia. Each is re-serialised from the validated
 * tree, so that Jolokia's parser cannot interpret it differently.
 *
 * @param requests for Jolokia, one element per request, UTF-8
 * @param array whether the client sent an array and expects one
 * @param control whether any request makes makesChanges
 */
record ValidatedBulkRequest(List<byte[]> requests, boolean array, boolean control) {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_REQUESTS = 128;
    private static final Set<String> READ_TYPES = Set.of("read", "list", "search", "version");
    private static final Set<String> WRITE_TYPES = Set.of("exec", "write");
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @throws BadRequest when it is not a valid request; the message is sent to the client */
    static ValidatedBulkRequest parse(byte[] body) throws BadRequest {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (IOException e) {
            throw new BadRequest("invalid JSON: " + firstLine(e), e);
        }
        if (tree == null || !tree.isArray()) {
            JsonNode single = tree == null ? JSON.missingNode() : tree;
            boolean control = makesChanges(single);
            return new ValidatedBulkRequest(List.of(forJolokia(single)), false, control);
        }
        if (tree.isEmpty() || tree.size() > MAX_REQUESTS) {
            throw new BadRequest(tree.size() + " requests: expected 1 to " + MAX_REQUESTS);
        }
        boolean control = false;
        List<byte[]> requests = new ArrayList<>();
        for (JsonNode request : tree) {
            control |= makesChanges(request);
            requests.add(forJolokia(request));
        }
        return new ValidatedBulkRequest(List.copyOf(requests), true, control);
    }

    /**
     * Converts numeric arguments to text: Jolokia rejects an integer for a double parameter, but converts text to
     * either.
     */
    private static byte[] forJolokia(JsonNode request) {
        if (request.path("arguments") instanceof ArrayNode arguments) {
            for (int i = 0; i < arguments.size(); i++) {
                if (arguments.get(i).isNumber()) {
                    arguments.set(i, arguments.get(i).asText());
                }
            }
        }
        return request.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean makesChanges(JsonNode request) throws BadRequest {
        if (!request.isObject()) {
            throw new BadRequest("expected a request object or an array of them");
        }
        if (request.has("target")) {
            throw new BadRequest("target: proxy requests are not supported");
        }
        String type = request.path("type").asText("");
        if (WRITE_TYPES.contains(type)) {
            return true;
        }
        if (!READ_TYPES.contains(type)) {
            throw new BadRequest("type '" + type + "': expected read, list, search, version, exec or write");
        }
        return false;
    }

    private static String firstLine(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(message);
    }

    /** The body is not a valid request. */
    static final class BadRequest extends Exception {

        private static final long serialVersionUID = 1L;

        private final String reason;

        BadRequest(String reason) {
            super(reason);
            this.reason = reason;
        }

        BadRequest(String reason, Throwable cause) {
            super(reason, cause);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }
}
