package io.bev.avatar.exporter.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * That an alert fires or is resolved, as it stands in Redis:
 *
 * <pre>
 * {"schema":1,"fingerprint":"c1f2...","status":"firing","level":"warning","alertname":"AvatarGpuTemperatureHigh",
 *  "instance":"gpu-07","summary":"...","description":"...","labels":{...},"startsAt":"2026-01-01T00:00:00Z",
 *  "endsAt":null,"receivedAt":"2026-01-01T00:00:05Z"}
 * </pre>
 *
 * @param fingerprint Alertmanager's number of the label set
 * @param status {@code firing} or {@code resolved}
 * @param labels the alert's labels; level, name and instance are taken from them
 * @param summary annotation of that name, may be empty
 * @param description annotation of that name, may be empty
 * @param startsAt when it began to fire
 * @param endsAt when it ended; empty while it fires
 * @param receivedAt when the exporter was told
 */
public record AlertEvent(
        String fingerprint,
        String status,
        Map<String, String> labels,
        String summary,
        String description,
        Instant startsAt,
        Optional<Instant> endsAt,
        Instant receivedAt) {

    static final String FIRING = "firing";
    static final String RESOLVED = "resolved";

    private static final int SCHEMA = 1;
    private static final Set<String> LEVELS = Set.of("critical", "warning", "info");

    public AlertEvent {
        labels = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** What makes two notifications the same event. */
    String identity() {
        return fingerprint + "|" + startsAt + "|" + status;
    }

    /** {@code critical}, {@code warning} or {@code info}; an unknown severity counts as a warning, none as info. */
    String level() {
        String severity = labels.getOrDefault("severity", "info").toLowerCase(Locale.ROOT);
        return LEVELS.contains(severity) ? severity : "warning";
    }

    /** The event as one line of JSON. */
    String toJson(ObjectMapper json) {
        ObjectNode node = json.createObjectNode();
        node.put("schema", SCHEMA);
        node.put("fingerprint", fingerprint);
        node.put("status", status);
        node.put("level", level());
        node.put("alertname", labels.getOrDefault("alertname", ""));
        node.put("instance", labels.getOrDefault("instance", ""));
        node.put("summary", summary);
        node.put("description", description);
        ObjectNode all = node.putObject("labels");
        labels.forEach(all::put);
        node.put("startsAt", startsAt.toString());
        node.put("endsAt", endsAt.map(Instant::toString).orElse(null));
        node.put("receivedAt", receivedAt.toString());
        try {
            return json.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    /**
     * Reads {@link #toJson}'s text.
     *
     * @throws IllegalArgumentException when it is no such text, as after a torn write
     */
    static AlertEvent fromJson(ObjectMapper json, String line) {
        try {
            JsonNode node = json.readTree(line);
            Map<String, String> labels = new LinkedHashMap<>();
            node.path("labels")
                    .properties()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
            JsonNode end = node.path("endsAt");
            return new AlertEvent(
                    node.path("fingerprint").asText(),
                    node.path("status").asText(),
                    labels,
                    node.path("summary").asText(),
                    node.path("description").asText(),
                    Instant.parse(node.path("startsAt").asText()),
                    end.isTextual() ? Optional.of(Instant.parse(end.asText())) : Optional.empty(),
                    Instant.parse(node.path("receivedAt").asText()));
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new IllegalArgumentException("not an alert event: " + e.getMessage(), e);
        }
    }
}
