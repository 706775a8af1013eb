package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.redis.RedisKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Alerts as reported by Prometheus and Redis. While one of them is unreachable, its last response is kept. One thread polls; others
 * may read.
 */
final class AlertView implements AlertSource {

    /**
     * An event in Redis.
     *
     * @param identity fingerprint, start and status; the same for repeated notifications
     * @param alert the alert
     * @param firing whether the alert fires; otherwise it is resolved or no longer reported
     */
    record Event(String identity, ObservedAlert alert, boolean firing) {}

    /**
     * A recovery step of the exporter.
     *
     * @param identity identity of the step
     * @param action such as {@code trim_gpu_memory}
     * @param status such as {@code started} or {@code done}
     */
    record Step(String identity, String action, String status) {}

    private final StackClient client;
    private final String prometheus;
    private final int redisPort;
    private volatile Set<ObservedAlert> pending = Set.of();
    private volatile Set<ObservedAlert> firing = Set.of();
    private volatile Set<Event> events = Set.of();
    private volatile List<Step> steps = List.of();

    AlertView(StackClient client, String prometheus, int redisPort) {
        this.client = client;
        this.prometheus = prometheus;
        this.redisPort = redisPort;
    }

    /** Polls both. */
    @Override
    public void poll() throws InterruptedException {
        try {
            pollPrometheus();
        } catch (IOException e) {
            // Unreachable: this may be the injected fault.
        }
        try {
            pollRedis();
        } catch (IOException e) {
            // As above.
        }
    }

    /** Alerts in state pending. */
    @Override
    public Set<ObservedAlert> pending() {
        return pending;
    }

    /** Alerts in state firing. */
    @Override
    public Set<ObservedAlert> firing() {
        return firing;
    }

    /** The newest hundred events, unordered. */
    @Override
    public Set<Event> events() {
        return events;
    }

    /** Recovery steps among the newest hundred events, oldest first. */
    @Override
    public List<Step> steps() {
        return steps;
    }

    private void pollPrometheus() throws IOException, InterruptedException {
        JsonNode response = client.json(prometheus + "/api/v1/alerts");
        Set<ObservedAlert> newPending = new HashSet<>();
        Set<ObservedAlert> newFiring = new HashSet<>();
        for (JsonNode alert : response.path("data").path("alerts")) {
            ObservedAlert observed = ObservedAlert.of(labels(alert.path("labels")));
            (alert.path("state").asText().equals("firing") ? newFiring : newPending).add(observed);
        }
        pending = newPending;
        firing = newFiring;
    }

    private void pollRedis() throws IOException, InterruptedException {
        String text = StackClient.redis(redisPort, "LRANGE", RedisKeys.ALERTS, "0", "-1");
        Set<Event> found = new HashSet<>();
        List<Step> done = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("{")) {
                JsonNode event = StackClient.JSON.readTree(line);
                if (event.path("kind").asText().equals("recovery")) {
                    done.add(0, step(event));
                } else {
                    found.add(event(event));
                }
            }
        }
        if (!found.isEmpty()) {
            events = found;
            steps = done;
        }
    }

    private static Step step(JsonNode event) {
        return new Step(
                identity(event) + event.path("receivedAt").asText(),
                event.path("details").path("action").asText(),
                event.path("status").asText());
    }

    private static Event event(JsonNode event) {
        Map<String, String> labels = labels(event.path("labels"));
        labels.putIfAbsent("alertname", event.path("alertname").asText());
        labels.putIfAbsent("severity", event.path("level").asText());
        return new Event(
                identity(event),
                ObservedAlert.of(labels),
                event.path("status").asText().equals("firing"));
    }

    private static String identity(JsonNode event) {
        return event.path("fingerprint").asText()
                + event.path("startsAt").asText()
                + event.path("status").asText();
    }

    private static Map<String, String> labels(JsonNode node) {
        Map<String, String> labels = new HashMap<>();
        node.properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }
}
