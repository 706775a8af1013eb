package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inhibition by the shipped configuration, on a real Alertmanager. */
class AlertmanagerInhibitionTest {

    private static final String PROGRAM = "prometheus-alertmanager";
    private static final Pattern LISTENS = Pattern.compile("Listening on\"? address=(?:127\\.0\\.0\\.1):([0-9]+)");
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
        RuleFiles.assumeTool(PROGRAM);
        Path config = directory.resolve("alertmanager.yml");
        // No listener: notifications are discarded.
        Files.writeString(
                config,
                Files.readString(RuleFiles.DIRECTORY.resolve("alertmanager.yml"))
                        .replace("127.0.0.1:9818", "127.0.0.1:1"));
        Path log = directory.resolve("log");
        Process alertmanager = new ProcessBuilder(
                        PROGRAM,
                        "--config.file=" + config,
                        "--storage.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:0",
                        "--cluster.listen-address=")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            URI alerts = URI.create("http://127.0.0.1:" + port(alertmanager, log) + "/api/v2/alerts");
            post(alerts);
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
        } finally {
            alertmanager.destroyForcibly();
            alertmanager.onExit().join();
        }
    }

    private static int port(Process alertmanager, Path log) throws IOException, InterruptedException {
        while (true) {
            String printed = Files.readString(log);
            Matcher listens = LISTENS.matcher(printed);
            if (listens.find()) {
                return Integer.parseInt(listens.group(1));
            }
            assertThat(alertmanager.isAlive()).as(printed).isTrue();
            Thread.sleep(20);
        }
    }

    private void post(URI alerts) throws Exception {
        List<Map<String, Map<String, String>>> all = new ArrayList<>();
        for (int i = 0; i < CASES.size(); i++) {
            all.add(Map.of("labels", ofHost(CASES.get(i).fires(), i)));
            all.add(Map.of("labels", ofHost(CASES.get(i).target(), i)));
        }
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
