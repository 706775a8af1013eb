package io.bev.avatar.exporter.alert;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test alert through the whole chain: whether Prometheus reaches Alertmanager, and whether a critical alert {@value #ALERT}
 * then arrives in Redis, through the exporter, and at every destination for people. The alert is resolved afterwards.
 */
public final class AlertRoundTrip {

    /** Name of the test alert. */
    public static final String ALERT = "AvatarTest";

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_BYTES = 4 << 20;
    private static final int OK = 200;
    private static final Duration ALERT_LIFE = Duration.ofMinutes(5);
    private static final Pattern SENT = Pattern.compile(
            "(?m)^alertmanager_notification_requests(_failed)?_total\\{integration=\"([^\"]+)\"[^}]*} (\\S+)$");

    /** Result of one stage. */
    public enum Outcome {
        ARRIVED,
        FAILED,
        NOT_CONFIGURED
    }

    /**
     * A stage of the chain.
     *
     * @param name such as {@code email}
     * @param text what was found and, after a failure, the remedy
     */
    public record Stage(String name, Outcome outcome, String text) {}

    /** Attempts of Alertmanager to notify since its start, and those that failed, by integration. */
    private record Counters(Map<String, Double> sent, Map<String, Double> failed) {

        double sentSince(Counters before, String integration) {
            return sent.getOrDefault(integration, 0.0) - before.sent.getOrDefault(integration, 0.0);
        }

        double failedSince(Counters before, String integration) {
            return failed.getOrDefault(integration, 0.0) - before.failed.getOrDefault(integration, 0.0);
        }
    }

    private final String base;
    private final BoundedHttpClient http;
    private final Optional<RedisConnection> redis;
    private final Clock clock;
    private final Duration pause;

    /**
     * @param alertmanager base address of Alertmanager
     * @param redis empty if Redis is disabled
     * @param pause time between two polls of the destinations
     */
    public AlertRoundTrip(
            URI alertmanager, BoundedHttpClient http, Optional<RedisConnection> redis, Clock clock, Duration pause) {
        this.base = alertmanager.toString().replaceAll("/+$", "");
        this.http = http;
        this.redis = redis;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * Sends the alert and waits until it has arrived everywhere or {@code limit} has passed.
     *
     * @param host label {@code instance} of the alert
     * @throws IOException if Alertmanager does not respond or does not accept the alert
     */
    public List<Stage> run(String host, Duration limit) throws IOException, InterruptedException {
        List<String> kinds = AlertReceivers.configuredIn(JsonTrees.JSON
                .read(get("/api/v2/status"))
                .path("config")
                .path("original")
                .asText());
        List<Stage> stages = new ArrayList<>();
        stages.add(prometheus());
        Counters before = counters();
        Instant started = clock.instant();
        String test = Long.toString(started.toEpochMilli(), Character.MAX_RADIX);
        post(host, test, started, started.plus(ALERT_LIFE));
        try {
            stages.add(new Stage("Alertmanager", Outcome.ARRIVED, "accepted the alert " + ALERT + " of " + host));
            stages.addAll(destinations(kinds, before, test, started.plus(limit)));
        } finally {
            post(host, test, started, clock.instant());
        }
        return stages;
    }

    private Stage prometheus() throws IOException, InterruptedException {
        String filter = URLEncoder.encode("alertname=\"AvatarWatchdog\"", StandardCharsets.UTF_8);
        boolean present =
                !JsonTrees.JSON.read(get("/api/v2/alerts?filter=" + filter)).isEmpty();
        return present
                ? new Stage("Prometheus", Outcome.ARRIVED, "its heartbeat AvatarWatchdog is in Alertmanager")
                : new Stage(
                        "Prometheus",
                        Outcome.FAILED,
                        "its heartbeat AvatarWatchdog is not in Alertmanager: check that Prometheus runs with the avatar's"
                                + " rules and sends alerts to " + base);
    }

    private List<Stage> destinations(List<String> kinds, Counters before, String test, Instant end)
            throws IOException, InterruptedException {
        Map<String, Stage> arrived = new LinkedHashMap<>();
        int wanted = kinds.size() + redis.map(link -> 1).orElse(0);
        Counters now = before;
        while (arrived.size() < wanted && clock.instant().isBefore(end)) {
            Thread.sleep(pause.toMillis());
            now = counters();
            for (String kind : kinds) {
                // The exporter is a webhook too and gets each alert first.
                double others = kind.equals("webhook") ? 1 : 0;
                if (now.sentSince(before, kind) - now.failedSince(before, kind) > others) {
                    arrived.putIfAbsent(kind, new Stage(kind, Outcome.ARRIVED, "sent to the receivers for people"));
                }
            }
            if (redis.isPresent() && inRedis(redis.get(), test)) {
                arrived.putIfAbsent(
                        "Redis",
                        new Stage("Redis", Outcome.ARRIVED, "the exporter wrote it to the list " + RedisKeys.ALERTS));
            }
        }
        List<Stage> stages = new ArrayList<>();
        stages.add(arrived.getOrDefault("Redis", missingInRedis()));
        for (String kind : kinds) {
            stages.add(arrived.getOrDefault(kind, missing(kind, now.failedSince(before, kind))));
        }
        if (kinds.isEmpty()) {
            stages.add(new Stage("people", Outcome.NOT_CONFIGURED, AlertReceivers.NONE + "; " + AlertReceivers.REMEDY));
        }
        return stages;
    }

    private Stage missingInRedis() {
        return redis.isPresent()
                ? new Stage(
                        "Redis",
                        Outcome.FAILED,
                        "not in the list " + RedisKeys.ALERTS
                                + ": check that the exporter runs, its alert token, and that Redis responds")
                : new Stage("Redis", Outcome.NOT_CONFIGURED, "redis.url is empty");
    }

    private static Stage missing(String kind, double failed) {
        return new Stage(
                kind,
                Outcome.FAILED,
                failed > 0
                        ? "Alertmanager could not deliver it (" + Math.round(failed)
                                + " failed attempts): its log has the reason"
                        : "not sent in time: check the routes of alertmanager.yml and existing silences");
    }

    private boolean inRedis(RedisConnection link, String test) throws InterruptedException {
        try {
            List<String> events = link.call(commands -> commands.lrange(RedisKeys.ALERTS, 0, -1));
            return events.stream().anyMatch(event -> event.contains("\"test\":\"" + test + "\""));
        } catch (IOException e) {
            return false; // reported as not arrived
        }
    }

    private Counters counters() throws IOException, InterruptedException {
        Map<String, Double> sent = new HashMap<>();
        Map<String, Double> failed = new HashMap<>();
        Matcher lines = SENT.matcher(get("/metrics"));
        while (lines.find()) {
            (lines.group(1) == null ? sent : failed)
                    .merge(lines.group(2), Double.parseDouble(lines.group(3)), Double::sum);
        }
        return new Counters(sent, failed);
    }

    private void post(String host, String test, Instant starts, Instant ends) throws IOException, InterruptedException {
        ArrayNode alerts = JsonTrees.array();
        ObjectNode alert = alerts.addObject();
        alert.putObject("labels")
                .put("alertname", ALERT)
                .put("severity", "critical")
                .put("instance", host)
                .put("test", test);
        alert.putObject("annotations")
                .put("summary", "Test alert of " + host)
                .put(
                        "description",
                        "'avatar alert test' sent this alert to show where alerts arrive. Nothing is wrong.");
        alert.put("startsAt", starts.toString()).put("endsAt", ends.toString());
        HttpResponse<String> answer = http.exchange(
                HttpRequest.newBuilder(URI.create(base + "/api/v2/alerts"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(alerts.toString()))
                        .build(),
                TIMEOUT,
                MAX_BYTES);
        if (answer.statusCode() != OK) {
            throw new IOException("Alertmanager at " + base + " rejected the alert: HTTP " + answer.statusCode());
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = http.exchange(
                    HttpRequest.newBuilder(URI.create(base + path)).build(), TIMEOUT, MAX_BYTES);
        } catch (IOException e) {
            throw new IOException(
                    "Alertmanager at " + base + " does not respond: " + e.getMessage()
                            + "; check that it runs, and exporter.alertmanager-url",
                    e);
        }
        if (answer.statusCode() != OK) {
            throw new IOException("Alertmanager at " + base + path + ": HTTP " + answer.statusCode());
        }
        return answer.body();
    }
}
