package io.bev.avatar.exporter.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Validates the document at {@code avatar:state} as the renderer does: structure, version, ranges. */
final class StateDocumentCheck {

    private static final int SCHEMA = 1;
    private static final Set<String> EMOTIONS = Set.of(
            "neutral",
            "happy",
            "excited",
            "focused",
            "thinking",
            "analyzing",
            "alert",
            "confident",
            "curious",
            "processing",
            "discovered",
            "concerned",
            "satisfied",
            "investigating",
            "breakthrough");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StateDocumentCheck() {}

    /** Problems of a document, each with field, found and expected value; empty if it is valid. */
    static List<String> problems(String document) {
        JsonNode state;
        try {
            state = JSON.readTree(document);
        } catch (JsonProcessingException e) {
            return List.of("found " + document.length() + " characters that are not JSON, expected a JSON object");
        }
        if (!state.isObject()) {
            return List.of("found a JSON " + state.getNodeType() + ", expected an object");
        }
        List<String> problems = new ArrayList<>();
        if (state.has("schema") && state.path("schema").asInt() != SCHEMA) {
            problems.add("schema: found " + state.path("schema") + ", expected " + SCHEMA);
        }
        JsonNode seq = state.path("seq");
        if (!seq.isIntegralNumber() || seq.asLong() < 0) {
            problems.add("seq: found " + shown(seq) + ", expected an integer from 0");
        }
        if (state.has("emotion") && !EMOTIONS.contains(state.path("emotion").asText())) {
            problems.add("emotion: found " + shown(state.path("emotion")) + ", expected one of the avatar's emotions");
        }
        range(state, "intensity", problems);
        range(state, "mouth", problems);
        updatedAt(state.path("updatedAt"), problems);
        return problems;
    }

    private static void range(JsonNode state, String field, List<String> problems) {
        JsonNode value = state.path(field);
        if (!value.isMissingNode() && (!value.isNumber() || value.asDouble() < 0 || value.asDouble() > 1)) {
            problems.add(field + ": found " + shown(value) + ", expected a number from 0 to 1");
        }
    }

    private static void updatedAt(JsonNode value, List<String> problems) {
        if (value.isMissingNode()) {
            return;
        }
        try {
            Instant unused = Instant.parse(value.asText());
        } catch (DateTimeException e) {
            problems.add("updatedAt: found " + shown(value) + ", expected a time such as 2026-01-01T00:00:00Z");
        }
    }

    private static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "nothing" : value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
