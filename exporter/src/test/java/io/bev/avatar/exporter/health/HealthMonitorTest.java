package io.bev.avatar.exporter.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthMonitorTest {

    @TempDir
    Path directory;

    private static HealthReport report(Status gpu) {
        List<Problem> problems = gpu == Status.OK
                ? List.of()
                : List.of(new Problem(gpu, "temperature is 83 °C", "at most 80 °C", "cool it"));
        return HealthReport.of(
                Instant.parse("2026-01-01T10:20:30Z"),
                "gpu-07",
                List.of(
                        new HealthResult("gpu", gpu, "GPU 0 83 °C", problems, Map.of("temperature_celsius:0", 83.0)),
                        HealthResult.skipped("service", "no D-Bus; start it")));
    }

    /** Listener that records calls. */
    private static final class RecordingListener implements HealthMonitor.Listener {
        private final List<String> entries = new ArrayList<>();
        private final HealthTable table = new HealthTable(new TerminalFormat(80, false), ZoneOffset.UTC);

        @Override
        public void onFirst(HealthReport report) {
            entries.add("first " + report.status().word());
        }

        @Override
        public void onNext(HealthReport before, HealthReport now) {
            entries.addAll(table.changes(before, now));
        }

        @Override
        public void onPublishState(String where, Optional<String> failure) {
            entries.add(where + ": " + failure.orElse("works"));
        }
    }

    @Test
    void run_showsTheFirstReportThenChanges_andContinuesWithoutRedis() {
        Iterator<HealthReport> reports = List.of(
                        report(Status.OK),
                        report(Status.OK),
                        report(Status.WARNING),
                        report(Status.WARNING),
                        report(Status.OK))
                .iterator();
        Iterator<Boolean> redisUnreachable =
                List.of(false, true, true, false, false).iterator();
        RecordingListener recorded = new RecordingListener();
        List<HealthReport> filed = new ArrayList<>();
        HealthMonitor monitor = new HealthMonitor(
                reports::next,
                filed::add,
                report -> {
                    if (redisUnreachable.next()) {
                        throw new IOException("Connection refused");
                    }
                },
                recorded);

        assertThatThrownBy(() -> monitor.run(Duration.ofSeconds(30), interval -> {
                    assertThat(interval).isEqualTo(Duration.ofSeconds(30));
                    if (!reports.hasNext()) {
                        throw new InterruptedException();
                    }
                }))
                .isInstanceOf(InterruptedException.class);

        assertThat(filed).hasSize(5);
        assertThat(recorded.entries)
                .containsExactly(
                        "first ok",
                        "Redis: Connection refused",
                        "  ! 10:20:30 gpu         ok -> warning: GPU 0 83 °C",
                        "                         found     temperature is 83 °C",
                        "                         expected  at most 80 °C",
                        "                         remedy    cool it",
                        "Redis: works",
                        "  ✓ 10:20:30 gpu         warning -> ok: GPU 0 83 °C");
    }

    @Test
    void files_areReplacedAtomicallyAndReadBack() throws Exception {
        Path directory = this.directory.resolve("logs/health");
        HealthFiles files = new HealthFiles(directory);
        assertThat(files.read()).isEmpty();

        files.write(report(Status.OK));
        files.write(report(Status.WARNING));

        assertThat(files.read()).contains(report(Status.WARNING));
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("gpu.json", "service.json", "summary.json");
        }
        assertThat(Files.readString(directory.resolve("gpu.json")))
                .contains("\"check\":\"gpu\"", "\"status\":\"warning\"", "\"temperature_celsius:0\":83.0");
    }

    @Test
    void files_invalidSummary_namesTheRemedy() throws Exception {
        Files.writeString(directory.resolve("summary.json"), "{\"schema\":9}");

        assertThatThrownBy(() -> new HealthFiles(directory).read())
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("summary.json", "schema: found 9, expected 1", "health once");
    }

    @Test
    void keys_areInRedisForFiveMinutes() throws Exception {
        try (RedisServer server = RedisServer.start(directory);
                RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)))) {
            new RedisHealthPublisher(new RedisKeyValues(access.link("test"))).write(report(Status.WARNING));

            assertThat(server.bulk("GET", "avatar:health_summary")).isEqualTo(HealthJson.write(report(Status.WARNING)));
            assertThat(server.bulk("GET", "avatar:health:gpu")).contains("\"check\":\"gpu\"");
            for (String key : List.of("avatar:health_summary", "avatar:health:gpu", "avatar:health:service")) {
                int seconds = Integer.parseInt(server.command("TTL", key).substring(1));
                assertThat(seconds).as(key).isBetween(200, 300);
            }
        }
    }
}
