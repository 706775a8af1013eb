package io.bev.avatar.exporter.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * State change of an alert, in the form stored in Redis:
 *
 * <pre>
 * {"schema":1,"kind":"alert","fingerprint":"c1f2...","status":"firing","level":"warning",
 *  "alertname":"AvatarGpuTemperatureHigh","instance":"gpu-07","summary":"...","description":"...",
 *  "runbook":"http://...","dashboard":"http://...","labels":{...},"details":{},"startsAt":"2026-01-01T00:00:00Z","endsAt":null,"receivedAt":"2026-01-01T00:00:05Z"}
 * </pre>
 *
 * <p>Kind {@code alert}: status is {@code firing}, {@code resolved} or {@code closed} (no longer reported; the details
 * give the reason). Kind {@code recovery}: status is the outcome of the action named in the details.
 *
 * @param kind {@link #ALERT} or {@link #RECOVERY}
 * @param fingerprint Alertmanager's hash of the label set
 * @param labels the alert's labels; level, name and instance are taken from them
 * @param annotations the alert's annotations, of which only summary, description and the two addresses are stored
 * @param details additional facts
 * @param startsAt when the alert began to fire
 * @param endsAt when it ended; empty while it fires
 * @param receivedAt when the exporter received it
 */
public record AlertEvent(
        String kind,
        String fingerprint,
        String status,
        Map<String, String> labels,
        Map<String, String> annotations,
        Map<String, String> details,
        Instant startsAt,
        Optional<Instant> endsAt,
        Instant receivedAt) {

    public static final String ALERT = "alert";
    public static final String RECOVERY = "recovery";

    public static final String FIRING = "firing";
    public static final String RESOLVED = "resolved";
    public static final String CLOSED = "closed";

    /** Name of the heartbeat alert. */
    public static final String WATCHDOG = "AvatarWatchdog";

    private static final String RUNBOOK = "runbook_url";
    private static final String DASHBOARD = "dashboard_url";
    private static final int SCHEMA = 1;
    private static final Set<String> LEVELS = Set.of("critical", "warning", "info");

    public AlertEvent {
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** Copy of this alert with another kind, status and details. */
    public AlertEvent withStatus(String newKind, String newStatus, Map<String, String> why, Instant at) {
        return new AlertEvent(
                newKind,
                fingerprint,
                newStatus,
                labels,
                annotations,
                why,
                startsAt,
                newKind.equals(RECOVERY) ? endsAt : Optional.of(at),
                at);
    }

    public String name() {
        return labels.getOrDefault("alertname", "");
    }

    public boolean firing() {
        return kind.equals(ALERT) && status.equals(FIRING);
    }

    public boolean resolved() {
        return kind.equals(ALERT) && status.equals(RESOLVED);
    }

    /** Key of the event; notifications with equal keys are the same event. */
    String identity() {
        String what = fingerprint + "|" + startsAt + "|" + status;
        return kind.equals(ALERT) ? what : what + "|" + kind + details;
    }

    /**
     * {@code critical}, {@code warning} or {@code info}; an unknown severity counts as warning, a missing one as info.
     */
    String level() {
        String severity = labels.getOrDefault("severity", "info").toLowerCase(Locale.ROOT);
        return LEVELS.contains(severity) ? severity : "warning";
    }

    /** The event as one line of JSON. */
    public String toJson() {
        ObjectNode node = JsonTrees.object();
        node.put("schema", SCHEMA);
        node.put("kind", kind);
        node.put("fingerprint", fingerprint);
        node.put("status", status);
        node.put("level", level());
        node.put("alertname", name());
        node.put("instance", labels.getOrDefault("instance", ""));
        node.put("summary", annotations.getOrDefault("summary", ""));
        node.put("description", annotations.getOrDefault("description", ""));
        node.put("runbook", annotations.getOrDefault(RUNBOOK, ""));
        node.put("dashboard", annotations.getOrDefault(DASHBOARD, ""));
        ObjectNode all = node.putObject("labels");
        labels.forEach(all::put);
        ObjectNode more = node.putObject("details");
        details.forEach(more::put);
        node.put("startsAt", startsAt.toString());
        node.put("endsAt", endsAt.map(Instant::toString).orElse(null));
        node.put("receivedAt", receivedAt.toString());
        return JsonTrees.write(node);
    }

    /**
     * Reads {@link #toJson}'s text.
     *
     * @throws IllegalArgumentException if the text is not an alert event, for example after a partial write
     */
    public static AlertEvent fromJson(String line) {
        try {
            JsonNode node = JsonTrees.JSON.read(line);
            JsonNode end = node.path("endsAt");
            return new AlertEvent(
                    node.path("kind").asText(ALERT),
                    node.path("fingerprint").asText(),
                    node.path("status").asText(),
                    texts(node.path("labels")),
                    Map.of(
                            "summary",
                            node.path("summary").asText(),
                            "description",
                            node.path("description").asText(),
                            RUNBOOK,
                            node.path("runbook").asText(),
                            DASHBOARD,
                            node.path("dashboard").asText()),
                    texts(node.path("details")),
                    Instant.parse(node.path("startsAt").asText()),
                    end.isTextual() ? Optional.of(Instant.parse(end.asText())) : Optional.empty(),
                    Instant.parse(node.path("receivedAt").asText()));
        } catch (JsonProcessingException | DateTimeParseException e) {
            throw new IllegalArgumentException("not an alert event: " + e.getMessage(), e);
        }
    }

    /** The fields of an object, each as text. */
    static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(field -> texts.put(field.getKey(), field.getValue().asText()));
        return texts;
    }
}
