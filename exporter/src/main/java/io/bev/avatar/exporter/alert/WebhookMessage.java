package io.bev.avatar.exporter.alert;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parser of Alertmanager's webhook message, version 4. Unknown fields, which newer versions add, are ignored. */
final class WebhookMessage {

    private static final String VERSION = "4";

    private WebhookMessage() {}

    /**
     * @param receivedAt time of receipt, set in the events
     * @throws IllegalArgumentException if the message is invalid; the text is sent to the client
     */
    static List<AlertEvent> parse(byte[] body, Instant receivedAt) {
        JsonNode message;
        try {
            message = JsonTrees.JSON.read(body);
        } catch (StreamConstraintsException e) {
            throw new IllegalArgumentException("the body is " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the body is not JSON", e);
        }
        if (!message.path("version").asText().equals(VERSION)) {
            String found = message.path("version").asText();
            throw new IllegalArgumentException(
                    "version: found '" + found + "', expected " + VERSION + " (Alertmanager's webhook)");
        }
        if (!message.path("alerts").isArray()) {
            throw new IllegalArgumentException("alerts: expected a list");
        }
        List<AlertEvent> events = new ArrayList<>();
        for (JsonNode alert : message.path("alerts")) {
            events.add(event(alert, "alerts[" + events.size() + "].", receivedAt));
        }
        return events;
    }

    private static AlertEvent event(JsonNode alert, String where, Instant receivedAt) {
        String status = alert.path("status").asText();
        if (!status.equals(AlertEvent.FIRING) && !status.equals(AlertEvent.RESOLVED)) {
            throw new IllegalArgumentException(where + "status: found '" + status + "', expected firing or resolved");
        }
        String fingerprint = alert.path("fingerprint").asText();
        if (fingerprint.isEmpty() || fingerprint.indexOf('|') >= 0) {
            throw new IllegalArgumentException(
                    where + "fingerprint: found '" + fingerprint + "', expected a hex number");
        }
        Instant endsAt = status.equals(AlertEvent.RESOLVED) ? time(alert, "endsAt", where) : Instant.MIN;
        return new AlertEvent(
                AlertEvent.ALERT,
                fingerprint,
                status,
                AlertEvent.texts(alert.path("labels")),
                AlertEvent.texts(alert.path("annotations")),
                Map.of(),
                time(alert, "startsAt", where),
                status.equals(AlertEvent.RESOLVED) ? Optional.of(endsAt) : Optional.empty(),
                receivedAt);
    }

    private static Instant time(JsonNode alert, String field, String where) {
        String text = alert.path(field).asText();
        try {
            return java.time.OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    where + field + ": found '" + text + "', expected a time such as 2026-01-01T00:00:00Z", e);
        }
    }
}
