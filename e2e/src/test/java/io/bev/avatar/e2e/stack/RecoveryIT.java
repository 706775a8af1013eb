package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Automatic recovery in a real stack: from the metric to the renderer's operation, once per firing, unless disabled. */
class RecoveryIT {

    private static final Duration SOON = Duration.ofMinutes(3);

    private static final String MEMORY = "AvatarGpuMemoryHigh";
    private static final String HEAT = "AvatarGpuTemperatureHigh";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @SuppressWarnings("NullAway.Init") // the test's first line sets it
    private AvatarUp up;

    @SuppressWarnings("NullAway.Init") // as above
    private String calm;

    @Test
    void faults_areMendedOncePerFiring_unlessSilencedOrSwitchedOff() throws Exception {
        for (String program : List.of("gcc", "redis-server", "prometheus", "prometheus-alertmanager")) {
            assumeTrue(isInstalled(program), program + " is not installed: ./avatar test installs it where it may");
        }
        up = AvatarUp.start(directory, AvatarUp.Ports.free(), "--simulate-gpu");
        try {
            calm = Files.readString(scenario());
            hurryRules();
            fullMemory_isTrimmedOnce();
            heat_lowersTheFrameRateAndGivesItBack();
            exporterKilledInMidAction_doesNotRepeatIt();
            silencedAlert_isNotMended();
        } finally {
            up.stop();
        }
    }

    /** This renderer has no GPU, so the recovery is not applicable. */
    private void fullMemory_isTrimmedOnce() throws Exception {
        reads("memory_used = 16000000000"); // 93 %: a warning, not critical
        awaitEvent("the trimming", event -> recovery(event, MEMORY, "not_applicable"));
        reads("");
        awaitEvent("the end", event -> alert(event, MEMORY, "resolved"));

        assertStartedOncePerFiring(MEMORY);
        assertThat(events(event -> recovery(event, MEMORY, "not_applicable"))
                        .get(0)
                        .path("details")
                        .path("detail")
                        .asText())
                .isEqualTo("the renderer has no GPU");
        up.await(
                "the count",
                SOON,
                () -> up.metrics()
                        .contains(
                                "avatar_exporter_recovery_total{action=\"trim_gpu_memory\",outcome=\"not_applicable\",} "
                                        + started(MEMORY).size() + ".0"));
    }

    /** A missed scrape on a busy machine ends the alert, and the next one makes it fire again: with another start. */
    private void assertStartedOncePerFiring(String name) throws IOException, InterruptedException {
        assertThat(started(name)).isNotEmpty().doesNotHaveDuplicates();
    }

    /** Start times of the firings for which recovery started, one for each time that it did. */
    private List<String> started(String name) throws IOException, InterruptedException {
        return events(event -> recovery(event, name, "started")).stream()
                .map(event -> event.path("startsAt").asText())
                .toList();
    }

    private void heat_lowersTheFrameRateAndGivesItBack() throws Exception {
        reads("temperature = 95");
        awaitFps(10);
        reads("");
        awaitFps(30);

        assertStartedOncePerFiring(HEAT);
        up.await("the steps' end", SOON, () -> up.metrics().contains("avatar_exporter_recovery_frame_rate_steps 0.0"));
    }

    private void exporterKilledInMidAction_doesNotRepeatIt() throws Exception {
        long renderer = up.renderer().pid();
        ProcessHandle exporter =
                up.processes(line -> line.contains("avatar-exporter-")).get(0);
        AvatarUp.signal("STOP", renderer);
        try {
            reads("temperature = 95");
            awaitEvent("the action", event -> recovery(event, HEAT, "started") && startsAfterTheFirst(event));
            exporter.destroyForcibly();
            exporter.onExit().join();
        } finally {
            AvatarUp.signal("CONT", renderer);
        }
        awaitEvent("the word of the next exporter", event -> recovery(event, HEAT, "interrupted"));
        awaitEvent("what did not help", event -> recovery(event, HEAT, "ineffective"));

        String startsAt = events(event -> recovery(event, HEAT, "interrupted"))
                .get(0)
                .path("startsAt")
                .asText();
        assertThat(events(event -> recovery(event, HEAT, "started")
                        && event.path("startsAt").asText().equals(startsAt)))
                .hasSize(1);
        int fps = fps();
        // On a slow machine the alert may end before the next exporter runs. It then fires again, and recovery
        // starts again.
        boolean firedAnew = false;
        for (JsonNode event : events(other -> recovery(other, HEAT, "started"))) {
            firedAnew |= Instant.parse(event.path("startsAt").asText()).isAfter(Instant.parse(startsAt));
        }
        assertThat(fps == 30 || firedAnew).as("frame rate " + fps).isTrue();
        reads("");
        awaitEvent(
                "the end",
                event -> alert(event, HEAT, "resolved")
                        && event.path("startsAt").asText().equals(startsAt));
    }

    private boolean startsAfterTheFirst(JsonNode event) throws IOException, InterruptedException {
        List<JsonNode> done = events(other -> recovery(other, HEAT, "done"));
        return Instant.parse(event.path("startsAt").asText())
                .isAfter(Instant.parse(done.get(0).path("startsAt").asText()));
    }

    private void silencedAlert_isNotMended() throws Exception {
        Instant now = Instant.now();
        up.post(
                "http://127.0.0.1:" + up.ports.alertmanager() + "/api/v2/silences",
                Map.of(
                        "matchers",
                        List.of(Map.of("name", "alertname", "value", MEMORY, "isRegex", false, "isEqual", true)),
                        "startsAt",
                        now.toString(),
                        "endsAt",
                        now.plusSeconds(3600).toString(),
                        "createdBy",
                        "operator",
                        "comment",
                        "at work on it"),
                "");
        int before =
                events(event -> event.path("alertname").asText().equals(MEMORY)).size();
        reads("memory_used = 16000000000");
        up.await("the silence", SOON, this::memoryIsSuppressed);
        // A later alert that is not silenced shows that the silenced one would have arrived.
        int heats = events(event -> alert(event, HEAT, "firing")).size();
        reads("memory_used = 16000000000", "temperature = 95");
        up.await(
                "the heat",
                SOON,
                () -> events(event -> alert(event, HEAT, "firing")).size() > heats);

        assertThat(events(event -> event.path("alertname").asText().equals(MEMORY)))
                .hasSize(before);
    }

    private boolean memoryIsSuppressed() throws IOException, InterruptedException {
        for (JsonNode alert : up.json("http://127.0.0.1:" + up.ports.alertmanager() + "/api/v2/alerts")) {
            if (alert.path("labels").path("alertname").asText().equals(MEMORY)
                    && alert.path("status").path("state").asText().equals("suppressed")) {
                return true;
            }
        }
        return false;
    }

    /** The shipped rules with times of seconds; everything else is unchanged. */
    private void hurryRules() throws IOException, InterruptedException {
        Path rules = up.runDirectory.resolve("prometheus/gpu.rules.yml");
        String shipped = Files.readString(rules);
        String hurried = shipped.replaceAll("(?m)^( *for:) .*$", "$1 2s")
                .replaceAll("(?m)^( *keep_firing_for:) .*$", "$1 6s") // longer than an exporter is away
                .replaceAll("(?m)^( *cooldown:) .*$", "$1 4s");
        assertThat(hurried).isNotEqualTo(shipped);
        Files.writeString(rules, hurried);
        List<ProcessHandle> prometheus = up.processes(line -> line.contains("--config.file=") && line.contains("tsdb"));
        AvatarUp.signal("HUP", prometheus.get(0).pid());
        up.await(
                "the rules",
                SOON,
                () -> up.json("http://127.0.0.1:" + up.ports.prometheus() + "/api/v1/rules?type=alert")
                        .toString()
                        .contains("\"cooldown\":\"4s\""));
    }

    private Path scenario() {
        return up.runDirectory.resolve("simulated-gpu/scenario.txt");
    }

    /** Has the simulated GPU read so, and as shipped otherwise. */
    private void reads(String... lines) throws IOException {
        Path fresh = scenario().resolveSibling("scenario.new");
        Files.writeString(fresh, calm + "\n" + String.join("\n", lines) + "\n");
        Files.move(fresh, scenario(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private interface EventTest {
        boolean holds(JsonNode event) throws IOException, InterruptedException;
    }

    private void awaitEvent(String what, EventTest test) throws InterruptedException {
        up.await(what, SOON, () -> {
            for (JsonNode event : events(event -> true)) {
                if (test.holds(event)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** The events in Redis, newest first. */
    private List<JsonNode> events(Predicate<JsonNode> test) throws IOException, InterruptedException {
        List<JsonNode> events = new ArrayList<>();
        for (String line :
                up.redis("lrange", "avatar:alerts", "0", "99").lines().toList()) {
            if (line.startsWith("{")) {
                JsonNode event = AvatarUp.JSON.readTree(line);
                if (test.test(event)) {
                    events.add(event);
                }
            }
        }
        return events;
    }

    private static boolean alert(JsonNode event, String name, String status) {
        return event.path("kind").asText().equals("alert") && is(event, name, status) && critical(event, name);
    }

    private static boolean recovery(JsonNode event, String name, String status) {
        return event.path("kind").asText().equals("recovery") && is(event, name, status);
    }

    private static boolean is(JsonNode event, String name, String status) {
        return event.path("alertname").asText().equals(name)
                && event.path("status").asText().equals(status);
    }

    /** Heat has a warning beside the critical alert, which alone asks for recovery. */
    private static boolean critical(JsonNode event, String name) {
        return !name.equals(HEAT) || event.path("level").asText().equals("critical");
    }

    private int fps() throws IOException, InterruptedException {
        return up.jolokia(Map.of("type", "read", "mbean", "bev.avatar:type=Frames", "attribute", "TargetFps"))
                .path("value")
                .asInt();
    }

    private void awaitFps(int wanted) throws InterruptedException {
        up.await(wanted + " frames per second", SOON, () -> fps() == wanted);
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
