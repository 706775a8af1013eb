package io.bev.avatar.exporter.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.collector.CollectorResult;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.ThresholdOverride;
import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.threshold.ShippedRules;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthChecksTest {

    private static final String RENDERER = "bev-advanced-avatar.service";

    @TempDir
    Path directory;

    private final MetricSink out = new MetricSink();
    private Thresholds thresholds;

    @BeforeEach
    void shipped() throws Exception {
        thresholds = Thresholds.read(ShippedRules.file());
    }

    private SampleLookup samples() {
        return new SampleLookup(List.of(new CollectorResult("any", 1, out.families(), Optional.empty())));
    }

    private SampleLookup failed(String collector, String problem, String remedy) {
        CollectorError error = new CollectorError(problem, remedy);
        return new SampleLookup(List.of(new CollectorResult(collector, 1, out.families(), Optional.of(error))));
    }

    private void gpu(double celsius, double usedRatio) {
        out.gauge("nvidia_gpu_temperature_celsius", "", celsius, "gpu", "0");
        out.gauge("nvidia_gpu_memory_used_bytes", "", usedRatio * 16e9, "gpu", "0");
        out.gauge("nvidia_gpu_memory_total_bytes", "", 16e9, "gpu", "0");
    }

    @Test
    void everySignal_hasAShippedThreshold() throws Exception {
        Set<String> shipped = new TreeSet<>();
        for (JsonNode rule :
                new YAMLMapper().readTree(Files.readString(ShippedRules.file())).findParents("record")) {
            shipped.add(rule.path("labels").path("signal").asText());
        }

        assertThat(shipped)
                .containsAll(Stream.of(Signal.values()).map(Signal::key).collect(Collectors.toSet()));
    }

    @Test
    void gpu_thresholdChangedInTheFile_changesTheStatus() throws Exception {
        gpu(78, 0.2);
        assertThat(new GpuHealthCheck(true).check(samples(), thresholds).status())
                .isEqualTo(Status.OK);

        Path changed = Files.writeString(
                directory.resolve("thresholds.rules.yml"),
                Files.readString(ShippedRules.file()).replace("vector(80)", "vector(75)"));
        HealthResult judged = new GpuHealthCheck(true).check(samples(), Thresholds.read(changed));

        assertThat(judged.status()).isEqualTo(Status.WARNING);
        assertThat(judged.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.found()).isEqualTo("temperature of GPU 0 is 78 °C");
            assertThat(problem.expected()).isEqualTo("at most 75 °C");
            assertThat(problem.remedy()).isNotBlank();
        });
    }

    @Test
    void gpu_hostOverride_replacesTheDefault() {
        gpu(78, 0.2);

        HealthResult judged = new GpuHealthCheck(true)
                .check(
                        samples(),
                        thresholds.with(List.of(new ThresholdOverride("gpu_temperature_celsius", "critical", 77))));

        assertThat(judged.status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void gpu_atTheLimit_isOk_andAboveItIsNot() {
        gpu(80, 0.98);

        HealthResult judged = new GpuHealthCheck(true).check(samples(), thresholds);

        assertThat(judged.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.status()).isEqualTo(Status.CRITICAL);
            assertThat(problem.found()).contains("memory in use of GPU 0 is 98.0 %");
        });
    }

    @Test
    void gpu_withoutADriver_isSkippedOnlyIfCpuIsAllowed() {
        out.gauge("avatar_exporter_nvml_error", "", 1, "code", "12", "error", "LIBRARY_NOT_FOUND");
        SampleLookup none = failed("gpu", "libnvidia-ml.so.1 not found", "install the driver");

        HealthResult skipped = new GpuHealthCheck(true).check(none, thresholds);
        assertThat(skipped.status()).isEqualTo(Status.SKIPPED);
        assertThat(skipped.summary()).isEqualTo("skipped: libnvidia-ml.so.1 not found");
        assertThat(new GpuHealthCheck(false).check(none, thresholds).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void gpu_lost_isCriticalEvenIfCpuIsAllowed() {
        out.gauge("avatar_exporter_nvml_error", "", 1, "gpu", "0", "code", "15", "error", "GPU_IS_LOST");

        HealthResult judged = new GpuHealthCheck(true).check(failed("gpu", "GPU 0: GPU_IS_LOST (15)", ""), thresholds);

        assertThat(judged.status()).isEqualTo(Status.CRITICAL);
        assertThat(judged.problems().get(0).found()).contains("GPU_IS_LOST");
    }

    @Test
    void system_eachValue_isComparedWithItsThreshold() {
        out.gauge("node_memory_MemTotal_bytes", "", 10e9);
        out.gauge("node_memory_MemAvailable_bytes", "", 1e9);
        disk("/", "ext4", 0.96);
        disk("/data", "ext4", 0.91);
        disk("/run", "tmpfs", 1);

        HealthResult judged = new SystemHealthCheck(OptionalDouble.of(0.95)).check(samples(), thresholds);

        assertThat(judged.problems())
                .extracting(problem -> problem.status().word() + " " + problem.found())
                .containsExactly(
                        "warning use of cpu is 95.0 %",
                        "warning use of memory is 90.0 %",
                        "critical available memory is 954 MiB",
                        "critical use of / is 96.0 %",
                        "warning use of /data is 91.0 %");
        assertThat(judged.status()).isEqualTo(Status.CRITICAL);
        assertThat(judged.summary()).contains("disk / 96.0 %");
    }

    private void disk(String mount, String type, double used) {
        out.gauge("node_filesystem_size_bytes", "", 1e11, "mountpoint", mount, "fstype", type);
        out.gauge("node_filesystem_avail_bytes", "", (1 - used) * 1e11, "mountpoint", mount, "fstype", type);
    }

    @Test
    void busy_isTheNonIdleFraction() {
        OptionalDouble busy =
                HealthEvaluator.busy(Map.of("user", 10.0, "idle", 90.0), Map.of("user", 13.0, "idle", 97.0));

        assertThat(busy.orElseThrow()).isCloseTo(0.3, within(1e-9));
        assertThat(HealthEvaluator.busy(Map.of("idle", 5.0), Map.of("idle", 5.0)))
                .isEmpty();
    }

    @Test
    void endpoint_slowDegradedOrDown_isDistinguished() {
        out.gauge("avatar_endpoint_up", "", 1);
        out.gauge("avatar_endpoint_response_seconds", "", 6);
        out.gauge("avatar_endpoint_info", "", 1, "status", "degraded", "code", "200");
        HealthResult slow = new EndpointHealthCheck().check(samples(), thresholds);

        assertThat(slow.status()).isEqualTo(Status.WARNING);
        assertThat(slow.problems())
                .extracting(Problem::found)
                .containsExactly("response time is 6.000 s", "the renderer reports status 'degraded'");

        HealthResult down = new EndpointHealthCheck()
                .check(
                        new SampleLookup(List.of(new CollectorResult(
                                "endpoint", 1, List.of(), Optional.of(new CollectorError("connection refused", ""))))),
                        thresholds);
        assertThat(down.status()).isEqualTo(Status.CRITICAL);
        assertThat(down.problems().get(0).found()).isEqualTo("connection refused");
    }

    private ServiceHealthCheck service() {
        Clock clock = Clock.fixed(Instant.ofEpochSecond(10_000), ZoneOffset.UTC);
        return new ServiceHealthCheck(List.of(RENDERER, "bev-avatar-gpu.service"), RENDERER, clock);
    }

    private void unit(String name, String state) {
        out.gauge("systemd_unit_state", "", 1, "name", name, "type", "service", "state", state);
        out.gauge("systemd_unit_state", "", 0, "name", name, "type", "service", "state", "activating");
    }

    @Test
    void service_active_reportsItsUptime() {
        unit(RENDERER, "active");
        out.gauge("systemd_unit_start_time_seconds", "", 10_000 - 3_700, "name", RENDERER);

        HealthResult judged = service().check(samples(), thresholds);

        assertThat(judged.status()).isEqualTo(Status.OK);
        assertThat(judged.summary()).isEqualTo(RENDERER + " active for 1 h 1 min");
        assertThat(judged.values()).containsEntry("uptime_seconds:" + RENDERER, 3_700.0);
    }

    @Test
    void service_rendererStopped_isCritical_andOtherUnitIsAWarning() {
        unit(RENDERER, "active");
        unit("bev-avatar-gpu.service", "inactive");
        assertThat(service().check(samples(), thresholds).status()).isEqualTo(Status.WARNING);

        unit("bev-avatar-exporter.service", "failed");
        ServiceHealthCheck alone =
                new ServiceHealthCheck(List.of("bev-avatar-exporter.service"), RENDERER, Clock.systemUTC());
        assertThat(alone.check(samples(), thresholds).status()).isEqualTo(Status.CRITICAL);
    }

    @Test
    void service_withoutSystemdOrUnits_isSkippedWithTheReason() {
        HealthResult noBus = service().check(failed("service", "no D-Bus at unix:path=/x", "start dbus"), thresholds);
        HealthResult noUnits = service().check(samples(), thresholds);

        assertThat(noBus.status()).isEqualTo(Status.SKIPPED);
        assertThat(noBus.summary()).isEqualTo("skipped: no D-Bus at unix:path=/x");
        assertThat(noUnits.status()).isEqualTo(Status.SKIPPED);
        assertThat(noUnits.summary()).contains("has none of the units", RENDERER);
    }

    private HealthResult redis(@Nullable String document) {
        out.gauge("redis_up", "", 1);
        return new RedisHealthCheck(new RedisHealthCheck.State(Optional.ofNullable(document), 0.001, Optional.empty()))
                .check(samples(), thresholds);
    }

    @Test
    void redis_validState_isOk_andMissingStateIsReported() {
        HealthResult good = redis("""
                {"schema":1,"seq":7,"emotion":"focused","intensity":0.8,"updatedAt":"2026-01-01T00:00:00Z","new":1}""");

        assertThat(good.problems()).isEmpty();
        assertThat(good.summary()).contains("state valid");
        assertThat(redis(null).summary()).contains("no state saved yet");
    }

    @Test
    void redis_invalidState_namesEveryProblem() {
        HealthResult bad = redis("""
                {"schema":2,"seq":-1,"emotion":"angry","intensity":1.5,"updatedAt":"yesterday"}""");

        assertThat(bad.status()).isEqualTo(Status.WARNING);
        assertThat(bad.problems())
                .extracting(Problem::found)
                .containsExactly(
                        "avatar:state: schema: found 2, expected 1",
                        "avatar:state: seq: found -1, expected an integer from 0",
                        "avatar:state: emotion: found \"angry\", expected one of the avatar's emotions",
                        "avatar:state: intensity: found 1.5, expected a number from 0 to 1",
                        "avatar:state: updatedAt: found \"yesterday\", expected a time such as 2026-01-01T00:00:00Z");
        assertThat(redis("{").problems().get(0).found()).contains("not JSON");
        assertThat(redis("[1]").problems().get(0).found()).contains("expected an object");
    }

    @Test
    void redis_unreachable_isCritical() {
        out.gauge("redis_up", "", 0);
        RedisHealthCheck judge =
                new RedisHealthCheck(new RedisHealthCheck.State(Optional.empty(), 0, Optional.empty()));

        assertThat(judge.check(failed("redis", "Connection refused", ""), thresholds)
                        .status())
                .isEqualTo(Status.CRITICAL);
    }
}
