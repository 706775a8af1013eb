package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class DeadMansSwitchTest {

    private static final Duration TIMEOUT = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final List<AlertEvent> published = new ArrayList<>();
    private final Logger critical = (Logger) LoggerFactory.getLogger("critical");
    private final ListAppender<ILoggingEvent> journal = new ListAppender<>();
    private boolean publishFails;
    private DeadMansSwitch deadMan;

    @BeforeEach
    void start() {
        deadMan = new DeadMansSwitch(
                TIMEOUT, "host-1", directory.resolve("state/silent-since"), this::publish, clock, clock::nanos);
        journal.start();
        critical.addAppender(journal);
    }

    @AfterEach
    void stop() {
        critical.detachAppender(journal);
    }

    private void publish(List<AlertEvent> events) throws IOException {
        if (publishFails) {
            throw new IOException("neither Redis nor the disk");
        }
        published.addAll(events);
    }

    private void arrives(String name) {
        arrives(name, Map.of());
    }

    private void arrives(String name, Map<String, String> annotations) {
        deadMan.onAlerts(List.of(new AlertEvent(
                AlertEvent.ALERT,
                "f1",
                AlertEvent.FIRING,
                Map.of("alertname", name),
                annotations,
                Map.of(),
                Instant.EPOCH,
                Optional.empty(),
                clock.instant())));
    }

    @Test
    void watchdogNoLongerReevaluated_isNotAHeartbeat() throws Exception {
        for (int minute = 0; minute < 10; minute++) {
            arrives("AvatarWatchdog", Map.of("evaluated", "1700000" + minute));
            pass(Duration.ofMinutes(1));
        }
        assertThat(published).isEmpty();

        for (int minute = 1; minute < TIMEOUT.toMinutes(); minute++) {
            arrives("AvatarWatchdog", Map.of("evaluated", "17000009"));
            pass(Duration.ofMinutes(1));
        }
        assertThat(published).hasSize(1);
    }

    private void pass(Duration time) throws InterruptedException {
        clock.pass(time);
        deadMan.evaluate();
    }

    private List<String> distinct() {
        return published.stream().map(AlertEvent::identity).distinct().toList();
    }

    @Test
    void watchdogStops_isReportedOnceAsCritical_andResolvedWhenItIsBack() throws Exception {
        arrives("AvatarWatchdog");
        pass(TIMEOUT.minusSeconds(1));
        assertThat(published).isEmpty();

        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(10));
        }
        assertThat(distinct()).hasSize(1);
        assertThat(published.get(0).level()).isEqualTo("critical");
        assertThat(published.get(0).name()).isEqualTo("AvatarAlertPipelineSilent");
        assertThat(published.get(0).labels()).containsEntry("instance", "host-1");
        assertThat(journal.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage()).contains("No heartbeat", "240 s", "host-1"));

        arrives("AvatarWatchdog");
        deadMan.evaluate();
        deadMan.evaluate();
        assertThat(distinct()).hasSize(2);
        assertThat(published.get(published.size() - 1).resolved()).isTrue();
        assertThat(published.get(published.size() - 1).startsAt())
                .isEqualTo(published.get(0).startsAt());
    }

    @Test
    void longSilence_isRepeatedBeforeItExpiresInRedis() throws Exception {
        arrives("AvatarWatchdog");
        for (int i = 0; i < 40; i++) {
            pass(Duration.ofSeconds(30));
        }
        assertThat(published).hasSizeGreaterThan(20);
    }

    @Test
    void otherAlerts_areNotHeartbeats() throws Exception {
        arrives("AvatarWatchdog");
        pass(TIMEOUT.minusSeconds(1));
        arrives("AvatarGpuMemoryHigh");
        pass(Duration.ofSeconds(1));

        assertThat(published).hasSize(1);
    }

    @Test
    void neverArrived_isReportedAfterTwiceTheTimeout() throws Exception {
        pass(TIMEOUT.multipliedBy(2).minusSeconds(1));
        assertThat(published).isEmpty();

        pass(Duration.ofSeconds(1));
        assertThat(published).hasSize(1);
    }

    @Test
    void restartDuringSilence_continuesTheSameAlert() throws Exception {
        arrives("AvatarWatchdog");
        pass(TIMEOUT);
        start();
        pass(Duration.ofSeconds(1));
        assertThat(distinct()).hasSize(1);

        arrives("AvatarWatchdog");
        deadMan.evaluate();
        assertThat(distinct()).hasSize(2);
        start();
        deadMan.evaluate();
        assertThat(distinct()).hasSize(2);
    }

    @Test
    void clockSetForward_isNotSilence() throws Exception {
        arrives("AvatarWatchdog");
        clock.set(Duration.ofDays(300));
        pass(Duration.ofSeconds(59));

        assertThat(published).isEmpty();
        assertThat(journal.list).isEmpty();
    }

    @Test
    void clockSetBack_silenceIsStillReported() throws Exception {
        arrives("AvatarWatchdog");
        clock.set(Duration.ofDays(-300));
        pass(TIMEOUT);
        assertThat(published).hasSize(1);

        clock.set(Duration.ofDays(-300));
        pass(Duration.ofSeconds(30));
        assertThat(published).hasSize(2);
    }

    @Test
    void resolutionThatCannotBePublished_isRetried() throws Exception {
        arrives("AvatarWatchdog");
        pass(TIMEOUT);
        arrives("AvatarWatchdog");
        publishFails = true;
        pass(Duration.ofSeconds(1));
        publishFails = false;
        arrives("AvatarWatchdog");
        pass(Duration.ofSeconds(30));
        pass(Duration.ofSeconds(30));

        assertThat(published).extracting(AlertEvent::status).containsExactly("firing", "resolved");
    }

    @Test
    void metrics_haveTheLastArrivalOnlyAfterTheFirst() {
        assertThat(metrics())
                .contains("avatar_exporter_watchdog_timeout_seconds 240.0")
                .doesNotContain("arrival");
        arrives("AvatarWatchdog");
        assertThat(metrics()).contains("avatar_exporter_watchdog_last_arrival_timestamp_seconds 1.7672256E9");
    }

    private String metrics() {
        MetricSink out = new MetricSink();
        deadMan.collect(out);
        return Expositions.text(out);
    }
}
