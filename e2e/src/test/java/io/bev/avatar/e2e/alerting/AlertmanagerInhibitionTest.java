package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.testkit.RunningAlertmanager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inhibition and grouping by the shipped configuration, on a real Alertmanager. */
class AlertmanagerInhibitionTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Two alerts of one host.
     *
     * @param fires alert that fires together with {@code target}
     * @param inhibited whether {@code target} is inhibited
     */
    private record Case(Map<String, String> fires, Map<String, String> target, boolean inhibited) {}

    private static final List<Case> CASES = List.of(
            held(alert("AvatarServiceDown", "critical"), alert("AvatarEndpointDown", "critical")),
            held(unitFailed("bev-advanced-avatar.service"), alert("AvatarFrameStall", "critical")),
            notified(unitFailed("bev-avatar-gpu.service"), alert("AvatarFrameStall", "critical")),
            notified(alert("AvatarServiceDown", "critical"), alert("AvatarGpuTemperatureHigh", "critical")),
            held(alert("AvatarHostDown", "critical"), alert("AvatarGpuTemperatureHigh", "critical")),
            notified(alert("AvatarHostDown", "critical"), alert("AvatarRuleFailures", "warning")),
            notified(alert("AvatarHostDown", "critical"), alert("AvatarWatchdog", "info")),
            held(alert("AvatarRedisDown", "warning"), alert("AvatarStateSaveFailing", "warning")),
            notified(alert("AvatarRedisDown", "warning"), alert("AvatarServiceDown", "critical")),
            held(alert("AvatarCrashLoop", "critical"), alert("AvatarUnplannedRestart", "warning")),
            held(
                    alert("AvatarDiskHigh", "critical", "mountpoint", "/"),
                    alert("AvatarDiskHigh", "warning", "mountpoint", "/")),
            notified(
                    alert("AvatarDiskHigh", "critical", "mountpoint", "/"),
                    alert("AvatarDiskHigh", "warning", "mountpoint", "/srv")),
            notified(
                    alert("AvatarGpuMemoryHigh", "critical", "gpu", "0"),
                    alert("AvatarGpuMemoryHigh", "warning", "gpu", "1")));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void alertsOfOneHost_areInhibitedOnlyByTheirCause() throws Exception {
        // No listener: notifications are discarded.
        withAlertmanager(shipped(), alerts -> {
            post(
                    alerts,
                    CASES.stream()
                            .flatMap(one -> {
                                int host = CASES.indexOf(one);
                                return Stream.of(ofHost(one.fires(), host), ofHost(one.target(), host));
                            })
                            .toList());
            JsonNode listed = JSON.readTree(
                    client.send(HttpRequest.newBuilder(alerts).build(), HttpResponse.BodyHandlers.ofString())
                            .body());
            assertThat(listed).hasSize(2 * CASES.size());
            for (int i = 0; i < CASES.size(); i++) {
                Case one = CASES.get(i);
                assertThat(state(listed, one.target(), i))
                        .as(one.toString())
                        .isEqualTo(one.inhibited() ? "suppressed" : "active");
                assertThat(state(listed, one.fires(), i)).as(one.toString()).isEqualTo("active");
            }
        });
    }

    @Test
    void wideOutage_isOneMessageToPeople() throws Exception {
        BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        HttpServer people = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        people.createContext("/", exchange -> {
            messages.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        people.start();
        try {
            AlertReceivers receivers = AlertReceivers.from(Config.of(
                    "stack: {webhook-url: 'http://127.0.0.1:"
                            + people.getAddress().getPort() + "/'}",
                    "test",
                    Map.of()));
            String config = receivers
                    .applyTo(shipped(), (name, file) -> file.toString())
                    .replaceAll("group_wait: (10|30)s", "group_wait: 1s");
            withAlertmanager(config, alerts -> {
                List<Map<String, String>> outage = new ArrayList<>();
                outage.add(alert("AvatarFleetHostsDown", "critical"));
                for (int host = 0; host < 50; host++) {
                    outage.add(ofHost(alert("AvatarHostDown", "critical"), host));
                    outage.add(ofHost(alert("AvatarServiceDown", "critical"), host));
                    outage.add(ofHost(alert("AvatarEndpointDown", "critical"), host));
                }
                post(alerts, outage);
                // A fault of another kind after the outage is the next message.
                JsonNode first = messages.take();
                post(alerts, List.of(ofHost(alert("AvatarDiskHigh", "critical"), 99)));
                JsonNode second = messages.take();

                assertThat(first.path("alerts")).hasSize(51);
                assertThat(second.path("alerts")).hasSize(1);
                assertThat(messages).isEmpty();
            });
        } finally {
            people.stop(0);
        }
    }

    private static String shipped() throws IOException {
        return Files.readString(RuleFiles.DIRECTORY.resolve("alertmanager.yml"))
                .replace("127.0.0.1:9818", "127.0.0.1:1");
    }

    private interface Use {
        void with(URI alerts) throws Exception;
    }

    private void withAlertmanager(String configuration, Use use) throws Exception {
        RuleFiles.assumeTool("prometheus-alertmanager");
        try (RunningAlertmanager alertmanager = RunningAlertmanager.start(directory, configuration)) {
            use.with(alertmanager.address().resolve("/api/v2/alerts"));
        }
    }

    private void post(URI alerts, List<Map<String, String>> labels) throws Exception {
        List<Map<String, Map<String, String>>> all =
                labels.stream().map(one -> Map.of("labels", one)).toList();
        HttpRequest request = HttpRequest.newBuilder(alerts)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(all)))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String state(JsonNode listed, Map<String, String> labels, int host) {
        JsonNode wanted = JSON.valueToTree(ofHost(labels, host));
        for (JsonNode alert : listed) {
            if (alert.path("labels").equals(wanted)) {
                return alert.path("status").path("state").asText();
            }
        }
        return "not listed";
    }

    private static Map<String, String> ofHost(Map<String, String> labels, int host) {
        Map<String, String> all = new TreeMap<>(labels);
        all.put("instance", "host-" + host);
        return all;
    }

    private static Map<String, String> alert(String name, String severity) {
        return Map.of("alertname", name, "severity", severity);
    }

    private static Map<String, String> alert(String name, String severity, String label, String value) {
        return Map.of("alertname", name, "severity", severity, label, value);
    }

    private static Map<String, String> unitFailed(String unit) {
        return alert("AvatarServiceFailed", "critical", "name", unit);
    }

    private static Case held(Map<String, String> fires, Map<String, String> target) {
        return new Case(fires, target, true);
    }

    private static Case notified(Map<String, String> fires, Map<String, String> target) {
        return new Case(fires, target, false);
    }
}
