package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.cds.Installation;
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
    private String shippedScenario;

    @Test
    void recovery_runsOncePerFiring_unlessSilenced() throws Exception {
        for (String program : List.of("gcc", "redis-server", "prometheus", "prometheus-alertmanager")) {
            assumeTrue(Installation.find(program).isPresent(), program + " is not installed");
        }
        up = AvatarUp.start(directory, AvatarUp.Ports.free(), "--simulate-gpu");
        try {
            shippedScenario = Files.readString(scenario());
            shortenRules();
            highMemory_isTrimmedOnce();
            highTemperature_reducesFrameRate_thenRestoresIt();
            exporterKilledDuringAction_doesNotRepeatIt();
            silencedAlert_startsNoRecovery();
        } finally {
            up.stop();
        }
    }

    /** This renderer has no GPU, so the recovery is not applicable. */
    private void highMemory_isTrimmedOnce() throws Exception {
        simulate("memory_used = 16000000000"); // 93 %: a warning, not critical
        awaitEvent("the recovery", event -> recovery(event, MEMORY, "not_applicable"));
        simulate("");
        awaitEvent("the resolved event", event -> alert(event, MEMORY, "resolved"));

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
                                "avatar_exporter_recovery_total{action=\"trim_gpu_memory\",outcome=\"not_applicable\",}"
                                        + " "
                                        + started(MEMORY).size() + ".0"));
    }

    /** A missed scrape on a busy machine ends the alert, which then fires again with another start time. */
    private void assertStartedOncePerFiring(String name) throws IOException, InterruptedException {
        assertThat(started(name)).isNotEmpty().doesNotHaveDuplicates();
    }

    /** Start times of the firings for which recovery started, one per recovery. */
    private List<String> started(String name) throws IOException, InterruptedException {
        return events(event -> recovery(event, name, "started")).stream()
                .map(event -> event.path("startsAt").asText())
                .toList();
    }

    private void highTemperature_reducesFrameRate_thenRestoresIt() throws Exception {
        simulate("temperature = 95");
        awaitFps(10);
        simulate("");
        awaitFps(30);

        assertStartedOncePerFiring(HEAT);
        up.await(
                "the end of the throttling",
                SOON,
                () -> up.metrics().contains("avatar_exporter_recovery_frame_rate_steps 0.0"));
    }

    private void exporterKilledDuringAction_doesNotRepeatIt() throws Exception {
        long renderer = up.renderer().pid();
        ProcessHandle exporter =
                up.processes(line -> line.contains("avatar-exporter-")).get(0);
        AvatarUp.signal("STOP", renderer);
        try {
            simulate("temperature = 95");
            awaitEvent("the action", event -> recovery(event, HEAT, "started") && startsAfterTheFirst(event));
            exporter.destroyForcibly();
            exporter.onExit().join();
        } finally {
            AvatarUp.signal("CONT", renderer);
        }
        awaitEvent("the report of the restarted exporter", event -> recovery(event, HEAT, "interrupted"));
        awaitEvent("the ineffective recovery", event -> recovery(event, HEAT, "ineffective"));

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
        boolean firedAgain = false;
        for (JsonNode event : events(other -> recovery(other, HEAT, "started"))) {
            firedAgain |= Instant.parse(event.path("startsAt").asText()).isAfter(Instant.parse(startsAt));
        }
        assertThat(fps == 30 || firedAgain).as("frame rate " + fps).isTrue();
        simulate("");
        awaitEvent(
                "the resolved event",
                event -> alert(event, HEAT, "resolved")
                        && event.path("startsAt").asText().equals(startsAt));
    }

    private boolean startsAfterTheFirst(JsonNode event) throws IOException, InterruptedException {
        List<JsonNode> done = events(other -> recovery(other, HEAT, "done"));
        return Instant.parse(event.path("startsAt").asText())
                .isAfter(Instant.parse(done.get(0).path("startsAt").asText()));
    }

    private void silencedAlert_startsNoRecovery() throws Exception {
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
                        "maintenance"),
                "");
        int before =
                events(event -> event.path("alertname").asText().equals(MEMORY)).size();
        simulate("memory_used = 16000000000");
        up.await("the silence", SOON, this::memoryIsSuppressed);
        // A later alert that is not silenced shows that the silenced one would have arrived.
        int earlier = events(event -> alert(event, HEAT, "firing")).size();
        simulate("memory_used = 16000000000", "temperature = 95");
        up.await(
                "the temperature alert",
                SOON,
                () -> events(event -> alert(event, HEAT, "firing")).size() > earlier);

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

    /** Reduces the times in the shipped rules to seconds. */
    private void shortenRules() throws IOException, InterruptedException {
        Path rules = up.runDirectory.resolve("prometheus/gpu.rules.yml");
        String shipped = Files.readString(rules);
        String hurried = shipped.replaceAll("(?m)^( *for:) .*$", "$1 2s")
                .replaceAll("(?m)^( *keep_firing_for:) .*$", "$1 6s") // longer than the restart of the exporter
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

    /** Overrides values of the simulated GPU. */
    private void simulate(String... lines) throws IOException {
        Path fresh = scenario().resolveSibling("scenario.new");
        Files.writeString(fresh, shippedScenario + "\n" + String.join("\n", lines) + "\n");
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

    /** Of the temperature alerts, only the critical one requests recovery. */
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
}
