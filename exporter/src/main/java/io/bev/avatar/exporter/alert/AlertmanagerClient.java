package io.bev.avatar.exporter.alert;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Client of Alertmanager's API, {@code /api/v2/alerts}. */
public final class AlertmanagerClient {

    /** Limit of a response: some 1,500 alerts, which with their JSON fit into the exporter's heap. */
    private static final int MAX_BYTES = 2 << 20;

    private static final int OK = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * An alert known to Alertmanager.
     *
     * @param event the alert as firing
     * @param muted {@code silenced} or {@code inhibited}; empty if notifications are sent
     */
    public record Known(AlertEvent event, Optional<String> muted) {}

    private final URI alerts;
    private final BoundedHttpClient http;
    private final Clock clock;

    /** @param base address of Alertmanager, with or without a trailing slash */
    public AlertmanagerClient(URI base, BoundedHttpClient http, Clock clock) {
        this.alerts = URI.create(base.toString().replaceAll("/+$", "") + "/api/v2/alerts");
        this.http = http;
        this.clock = clock;
    }

    URI address() {
        return alerts;
    }

    /**
     * All alerts by fingerprint, including silenced and inhibited ones.
     *
     * @throws IOException if the request fails or the response is invalid
     */
    Map<String, Known> alerts() throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.exchange(HttpRequest.newBuilder(alerts).build(), TIMEOUT, MAX_BYTES);
        if (answer.statusCode() != OK) {
            throw new IOException("HTTP " + answer.statusCode());
        }
        JsonNode list = JsonTrees.JSON.read(answer.body());
        if (!list.isArray()) {
            throw new IOException("unexpected response: expected a JSON array of alerts");
        }
        Map<String, Known> known = new LinkedHashMap<>();
        Instant now = clock.instant();
        for (JsonNode alert : list) {
            known.put(alert.path("fingerprint").asText(), known(alert, now));
        }
        return known;
    }

    private static Known known(JsonNode alert, Instant now) throws IOException {
        Instant starts;
        try {
            starts = OffsetDateTime.parse(alert.path("startsAt").asText()).toInstant();
        } catch (DateTimeParseException e) {
            throw new IOException(
                    "startsAt of an alert: found '" + alert.path("startsAt").asText() + "', expected an RFC 3339 time",
                    e);
        }
        AlertEvent event = new AlertEvent(
                AlertEvent.ALERT,
                alert.path("fingerprint").asText(),
                AlertEvent.FIRING,
                AlertEvent.texts(alert.path("labels")),
                AlertEvent.texts(alert.path("annotations")),
                Map.of(),
                starts,
                Optional.empty(),
                now);
        JsonNode status = alert.path("status");
        boolean suppressed = status.path("state").asText().equals("suppressed");
        String why = status.path("silencedBy").isEmpty() ? "inhibited" : "silenced";
        return new Known(event, suppressed ? Optional.of(why) : Optional.empty());
    }
}
