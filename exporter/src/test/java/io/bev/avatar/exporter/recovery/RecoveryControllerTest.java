package io.bev.avatar.exporter.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.alert.AlertEvent;
import io.bev.avatar.exporter.alert.AlertmanagerSnapshot;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.RecoveryAction;
import io.bev.avatar.exporter.config.RecoveryConfig;
import io.bev.avatar.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryControllerTest {

    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration COOLDOWN = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeRenderer renderer = new FakeRenderer();
    private final List<AlertEvent> published = new ArrayList<>();
    private boolean disabledInRedis;
    private boolean redisUnreachable;
    private boolean enabled = true;
    private List<RecoveryAction> actions = List.of(RecoveryAction.values());
    private RecoveryController recovery;

    /** Renderer that records calls. */
    private static final class FakeRenderer implements RendererClient {
        private final List<String> calls = new ArrayList<>();
        private int fps = 30;
        private boolean hasGpu = true;
        private boolean dies;
        private boolean unreachable;

        private void called(String what) throws IOException {
            if (unreachable) {
                throw new IOException("connection refused");
            }
            calls.add(what);
            if (dies) {
                // Simulates a kill of the process: nothing after this line runs.
                throw new Killed();
            }
        }

        @Override
        public String trimMemory(String gpuUuid) throws IOException, NotApplicableException {
            if (!hasGpu) {
                throw new NotApplicableException("the renderer has no GPU");
            }
            called("trim " + gpuUuid);
            return "7 bytes released";
        }

        @Override
        public String rebuildContext(String gpuUuid) throws IOException {
            called("rebuild " + gpuUuid);
            return "done";
        }

        @Override
        public String restart() throws IOException {
            called("restart");
            return "done";
        }

        @Override
        public int targetFps() throws IOException {
            if (unreachable) {
                throw new IOException("connection refused");
            }
            return fps;
        }

        @Override
        public void setTargetFps(int framesPerSecond) throws IOException {
            called("fps " + framesPerSecond);
            fps = framesPerSecond;
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void start() {
        RecoveryConfig config =
                new RecoveryConfig(enabled, actions, Optional.of(directory.resolve("password")), Optional.empty());
        RecoveryToggle switches = new RecoveryToggle(config, () -> {
            if (redisUnreachable) {
                throw new IOException("Redis is unreachable");
            }
            return disabledInRedis;
        });
        recovery = new RecoveryController(
                Set.of("host-1"),
                switches,
                renderer,
                new RecoveryStateStore(new RecoveryStateFile(directory.resolve("state/recovery.json"))),
                new RecoveryReporter(published::addAll),
                clock);
    }

    private static AlertEvent alert(String fingerprint, String action, String status, Instant startsAt) {
        return new AlertEvent(
                AlertEvent.ALERT,
                fingerprint,
                status,
                Map.of(
                        "alertname", "AvatarTest",
                        "instance", "host-1",
                        "severity", "critical",
                        "uuid", "GPU-1",
                        "recovery", action),
                Map.of("cooldown", "5m", "max_per_hour", "3"),
                Map.of(),
                startsAt,
                status.equals("resolved") ? Optional.of(startsAt) : Optional.empty(),
                startsAt);
    }

    private void fire(String fingerprint, String action) {
        recovery.onAlerts(List.of(alert(fingerprint, action, "firing", T0)));
    }

    private void resolve(String fingerprint, String action) {
        recovery.onAlerts(List.of(alert(fingerprint, action, "resolved", T0)));
    }

    private void workFor(Duration time) throws InterruptedException {
        Instant end = clock.instant().plus(time);
        while (!clock.instant().isAfter(end)) {
            recovery.reconcile();
            clock.pass(Duration.ofSeconds(5));
        }
    }

    private String metrics() {
        MetricSink out = new MetricSink();
        recovery.collect(out);
        return Expositions.text(out);
    }

    private List<String> statuses() {
        return published.stream().map(AlertEvent::status).toList();
    }

    private static String total(String action, String outcome, int count) {
        return "avatar_exporter_recovery_total{action=\"" + action + "\",outcome=\"" + outcome + "\",} " + count + ".0";
    }

    @Test
    void firing_receivedManyTimes_runsOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            fire("a", "trim_gpu_memory");
            workFor(Duration.ofMinutes(20));
        }

        assertThat(renderer.calls).containsExactly("trim GPU-1");
        assertThat(metrics()).contains(total("trim_gpu_memory", "done", 1));
        assertThat(statuses()).containsExactly("started", "done", "ineffective");
        assertThat(published).allMatch(event -> event.kind().equals("recovery"));
        assertThat(published.get(1).details())
                .containsEntry("action", "trim_gpu_memory")
                .containsEntry("detail", "7 bytes released");
    }

    @Test
    void anotherFiringOfTheSameAlert_runsAgainAfterTheCooldown() throws Exception {
        fire("a", "trim_gpu_memory");
        recovery.reconcile();
        resolve("a", "trim_gpu_memory");
        recovery.onAlerts(List.of(alert("a", "trim_gpu_memory", "firing", T0.plusSeconds(60))));
        workFor(COOLDOWN.minusSeconds(6));
        assertThat(renderer.calls).hasSize(1);

        workFor(Duration.ofSeconds(10));
        assertThat(renderer.calls).hasSize(2);
    }

    @Test
    void twoAlertsWithOneAction_secondResolvedBeforeItStarts_runsOnce() throws Exception {
        fire("a", "restart_renderer");
        fire("b", "restart_renderer");
        workFor(Duration.ofMinutes(1));
        resolve("a", "restart_renderer");
        resolve("b", "restart_renderer");
        workFor(Duration.ofMinutes(10));

        assertThat(renderer.calls).containsExactly("restart");
        assertThat(metrics())
                .contains(total("restart_renderer", "done", 1), total("restart_renderer", "over", 1))
                .contains("avatar_exporter_recovery_ineffective{action=\"restart_renderer\",} 0.0");
    }

    @Test
    void differentActions_runOneAfterTheOtherWithAPause() throws Exception {
        fire("a", "trim_gpu_memory");
        fire("b", "restart_renderer");
        recovery.reconcile();
        recovery.reconcile();
        assertThat(renderer.calls).containsExactly("trim GPU-1");

        clock.pass(RecoveryController.SPACING);
        recovery.reconcile();
        assertThat(renderer.calls).containsExactly("trim GPU-1", "restart");
    }

    @Test
    void manyFirings_stopAtTheHourlyCap() throws Exception {
        for (int i = 0; i < 6; i++) {
            recovery.onAlerts(List.of(alert("a", "restart_renderer", "firing", clock.instant())));
            workFor(COOLDOWN);
        }

        assertThat(renderer.calls).hasSize(3);
        assertThat(metrics()).contains(total("restart_renderer", "done", 3), total("restart_renderer", "capped", 3));
    }

    @Test
    void killedDuringAction_nextProcessDoesNotRepeatIt() throws Exception {
        renderer.dies = true;
        fire("a", "restart_renderer");
        assertThatThrownBy(() -> recovery.reconcile()).isInstanceOf(Killed.class);
        renderer.dies = false;

        start();
        fire("a", "restart_renderer");
        workFor(Duration.ofMinutes(20));

        assertThat(renderer.calls).containsExactly("restart");
        assertThat(metrics()).contains(total("restart_renderer", "interrupted", 1));
        assertThat(statuses()).containsExactly("started", "interrupted", "ineffective");
    }

    @Test
    void restartedExporter_remembersTheCooldownAndWhatItDid() throws Exception {
        fire("a", "restart_renderer");
        recovery.reconcile();
        start();
        fire("a", "restart_renderer");
        fire("b", "restart_renderer");
        workFor(Duration.ofMinutes(4));

        assertThat(renderer.calls).containsExactly("restart");
    }

    @Test
    void unwritableDisk_nothingRunsUntilItIsWritable() throws Exception {
        // A file in place of the state directory: even root cannot write below it.
        Path state = Files.writeString(directory.resolve("state"), "");
        fire("a", "restart_renderer");
        workFor(Duration.ofMinutes(1));
        assertThat(renderer.calls).isEmpty();

        Files.delete(state);
        workFor(Duration.ofMinutes(1));
        assertThat(renderer.calls).containsExactly("restart");
    }

    @Test
    void unreadableState_nothingRunsAndTheFileIsUnchanged() throws Exception {
        Files.createDirectories(directory.resolve("state"));
        Path broken = Files.writeString(directory.resolve("state/recovery.json"), "{\"schema\":1,\"firings\":[{}]}");
        start();
        fire("a", "restart_renderer");
        workFor(Duration.ofMinutes(1));

        assertThat(renderer.calls).isEmpty();
        assertThat(broken).hasContent("{\"schema\":1,\"firings\":[{}]}");
        assertThatThrownBy(() -> new RecoveryStateFile(broken).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("recovery.json cannot be read")
                .hasMessageContaining("remove the file and restart the exporter");
    }

    @Test
    void disabledInRedis_isRecordedAndNotDoneLater() throws Exception {
        disabledInRedis = true;
        fire("a", "restart_renderer");
        recovery.reconcile();
        assertThat(metrics())
                .contains(total("restart_renderer", "disabled", 1), "avatar_exporter_recovery_switched_off 1.0");

        disabledInRedis = false;
        workFor(Duration.ofMinutes(20));
        assertThat(renderer.calls).isEmpty();
        assertThat(statuses()).containsExactly("disabled");
    }

    @Test
    void disabledThenRedisUnreachable_staysDisabledInTheNextProcess() throws Exception {
        disabledInRedis = true;
        recovery.reconcile();
        redisUnreachable = true;
        start();
        fire("a", "restart_renderer");
        recovery.reconcile();

        assertThat(renderer.calls).isEmpty();
    }

    @Test
    void disabledByConfiguration_isRecorded() throws Exception {
        actions = List.of(RecoveryAction.TRIM_GPU_MEMORY);
        start();
        fire("a", "restart_renderer");
        recovery.reconcile();
        assertThat(published.get(0).details())
                .containsEntry("detail", "exporter.recovery.actions does not include this action");

        enabled = false;
        start();
        fire("b", "trim_gpu_memory");
        recovery.reconcile();
        assertThat(published.get(1).details()).containsEntry("detail", "exporter.recovery.enabled is false");
        assertThat(renderer.calls).isEmpty();
    }

    @Test
    void otherHost_unknownActionOrNone_areIgnored() throws Exception {
        AlertEvent own = alert("a", "restart_renderer", "firing", T0);
        AlertEvent other = new AlertEvent(
                "alert",
                "b",
                "firing",
                Map.of("alertname", "X", "instance", "host-2", "recovery", "restart_renderer"),
                own.annotations(),
                Map.of(),
                T0,
                Optional.empty(),
                T0);
        recovery.onAlerts(List.of(other, alert("c", "reformat_disk", "firing", T0), alert("d", "", "firing", T0)));
        recovery.reconcile();

        assertThat(renderer.calls).isEmpty();
        assertThat(published).isEmpty();
    }

    @Test
    void noGpu_isNotApplicableAndNotIneffective() throws Exception {
        renderer.hasGpu = false;
        fire("a", "trim_gpu_memory");
        workFor(Duration.ofMinutes(10));

        assertThat(metrics())
                .contains(total("trim_gpu_memory", "not_applicable", 1))
                .contains("avatar_exporter_recovery_ineffective{action=\"trim_gpu_memory\",} 0.0");
        assertThat(published.get(1).details()).containsEntry("detail", "the renderer has no GPU");
    }

    @Test
    void rendererUnreachable_failsOnceAndIsIneffectiveUntilResolved() throws Exception {
        renderer.unreachable = true;
        fire("a", "restart_renderer");
        workFor(COOLDOWN.plusSeconds(10));
        assertThat(metrics())
                .contains(total("restart_renderer", "failed", 1))
                .contains("avatar_exporter_recovery_ineffective{action=\"restart_renderer\",} 1.0");

        resolve("a", "restart_renderer");
        assertThat(metrics()).contains("avatar_exporter_recovery_ineffective{action=\"restart_renderer\",} 0.0");
    }

    @Test
    void alertUnknownToAlertmanager_isResolved() throws Exception {
        fire("a", "restart_renderer");
        workFor(COOLDOWN.plusSeconds(10));
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of("a"), Set.of()));
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        clock.pass(RecoveryController.UNKNOWN_FOR.minusSeconds(1));
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        assertThat(metrics()).contains("ineffective{action=\"restart_renderer\",} 1.0");

        clock.pass(Duration.ofSeconds(1));
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        assertThat(metrics()).contains("ineffective{action=\"restart_renderer\",} 0.0");
    }

    @Test
    void heat_lowersTheFrameRateInStepsAndRestoresIt() throws Exception {
        fire("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(30));
        assertThat(renderer.calls).containsExactly("fps 20", "fps 15", "fps 10");
        assertThat(metrics())
                .contains(total("lower_frame_rate", "done", 1), "avatar_exporter_recovery_frame_rate_steps 3.0");
        assertThat(statuses()).containsExactly("started", "done", "stepped", "stepped", "ineffective");

        resolve("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(30));
        assertThat(renderer.calls.subList(3, renderer.calls.size())).containsExactly("fps 15", "fps 20", "fps 30");
        assertThat(metrics()).contains("avatar_exporter_recovery_frame_rate_steps 0.0");
    }

    @Test
    void silencedHeat_retainsTheLoweredRateUntilUnknownToAlertmanager() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of("a"), Set.of("a")));
        workFor(Duration.ofMinutes(30));
        assertThat(renderer.fps).isEqualTo(20);

        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        clock.pass(RecoveryController.UNKNOWN_FOR);
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        workFor(Duration.ofMinutes(1));
        assertThat(renderer.fps).isEqualTo(30);
    }

    @Test
    void alertSilencedWhileWaiting_isNotRecovered() throws Exception {
        fire("a", "restart_renderer");
        fire("b", "restart_renderer");
        recovery.reconcile();
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of("a", "b"), Set.of("b")));
        workFor(Duration.ofMinutes(20));

        assertThat(renderer.calls).containsExactly("restart");
        assertThat(metrics()).contains(total("restart_renderer", "disabled", 1));
    }

    @Test
    void alertSilencedDuringARestart_isNotRecovered() throws Exception {
        fire("a", "restart_renderer");
        fire("b", "restart_renderer");
        recovery.reconcile();
        start();
        workFor(Duration.ofMinutes(20));
        assertThat(renderer.calls).containsExactly("restart");

        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of("a", "b"), Set.of("b")));
        workFor(Duration.ofMinutes(1));
        assertThat(renderer.calls).containsExactly("restart");
        assertThat(metrics()).contains(total("restart_renderer", "disabled", 1));
    }

    @Test
    void alertWaitingDuringARestart_isRecoveredOnceAlertmanagerConfirmsIt() throws Exception {
        fire("a", "restart_renderer");
        fire("b", "restart_renderer");
        recovery.reconcile();
        start();
        clock.pass(Duration.ofMinutes(20));
        fire("b", "restart_renderer");
        recovery.reconcile();

        assertThat(renderer.calls).containsExactly("restart", "restart");
    }

    @Test
    void unconfirmedHeat_afterARestart_retainsTheRateUntilAlertmanagerConfirms() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        start();
        workFor(Duration.ofMinutes(20));
        assertThat(renderer.fps).isEqualTo(20);

        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of("a"), Set.of()));
        recovery.reconcile();
        assertThat(renderer.fps).isEqualTo(15);
    }

    @Test
    void heat_resolvedDuringARestart_isRestoredByTheNextProcess() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        start();
        resolve("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(10));

        assertThat(renderer.calls).containsExactly("fps 20", "fps 30");
    }

    @Test
    void heat_killedBeforeTheRendererIsCalled_changesNothingLater() throws Exception {
        renderer.dies = true;
        fire("a", "lower_frame_rate");
        assertThatThrownBy(() -> recovery.reconcile()).isInstanceOf(Killed.class);
        renderer.dies = false;
        start();
        resolve("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(30));

        assertThat(renderer.fps).isEqualTo(30);
        assertThat(renderer.calls).containsExactly("fps 20");
    }

    @Test
    void frameRateSetExternally_isNotChanged() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        renderer.fps = 24;
        workFor(Duration.ofMinutes(30));
        resolve("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(30));

        assertThat(renderer.fps).isEqualTo(24);
    }

    @Test
    void heat_rendererRestartedMeanwhile_isLoweredAgain() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        renderer.fps = 30;
        workFor(COOLDOWN.plusSeconds(5));

        assertThat(renderer.calls).containsExactly("fps 20", "fps 20");
    }

    @Test
    void heat_rendererRestartedAtTheLowestStep_isLoweredAgain() throws Exception {
        fire("a", "lower_frame_rate");
        workFor(Duration.ofMinutes(30));
        assertThat(renderer.fps).isEqualTo(10);
        renderer.fps = 30;
        workFor(COOLDOWN.plusSeconds(5));

        assertThat(renderer.calls).containsExactly("fps 20", "fps 15", "fps 10", "fps 10");
        assertThat(statuses()).endsWith("ineffective", "stepped");
    }

    @Test
    void clockSetBack_alertUnknownToAlertmanager_isResolved() throws Exception {
        fire("a", "lower_frame_rate");
        recovery.reconcile();
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        clock.set(Duration.ofDays(-300));
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        clock.pass(RecoveryController.UNKNOWN_FOR);
        recovery.onSnapshot(new AlertmanagerSnapshot(Set.of(), Set.of()));
        workFor(COOLDOWN.plusSeconds(5));

        assertThat(renderer.fps).isEqualTo(30);
    }

    @Test
    void clockSetBack_neverWaitsLongerThanTheCooldown() throws Exception {
        fire("a", "restart_renderer");
        recovery.reconcile();
        clock.pass(Duration.ofDays(-300));
        recovery.onAlerts(List.of(alert("a", "restart_renderer", "firing", clock.instant())));
        recovery.reconcile();
        workFor(COOLDOWN.plusSeconds(10));

        assertThat(renderer.calls).hasSize(2);
    }
}
