package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisConnection;
import io.bev.avatar.testkit.ManualClock;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertReconcilerTest {

    private static final String T1 = "2026-01-01T00:00:00Z";

    @TempDir
    Path directory;

    private final ManualClock clock = new ManualClock();
    private final BoundedHttpClient http = new BoundedHttpClient();
    private final List<AlertmanagerSnapshot> known = new ArrayList<>();
    private RedisServer redis;
    private RedisClients access;
    private StubHttpServer alertmanager;
    private DurableAlertQueue queue;
    private AlertReconciler reconciliation;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start(directory);
        access = new RedisClients(new RedisConfig(redis.url(), Duration.ofMillis(500)));
        alertmanager = new StubHttpServer(request -> Answer.json("[]"));
        RedisConnection link = access.link("test");
        queue = new DurableAlertQueue(
                new RedisAlertStore(link, Duration.ofHours(12), clock),
                new AlertSpool(directory.resolve("spool"), 100));
        reconciliation = new AlertReconciler(
                new AlertmanagerClient(alertmanager.address("/"), http, clock), Optional.of(link), queue, clock);
        reconciliation.onSnapshot(known::add);
    }

    @AfterEach
    void stop() {
        queue.close();
        access.close();
        redis.close();
        alertmanager.close();
        http.close();
    }

    private static AlertEvent event(String fingerprint, String status) {
        return new AlertEvent(
                AlertEvent.ALERT,
                fingerprint,
                status,
                Map.of("alertname", "AvatarTest", "severity", "critical"),
                Map.of("summary", "s"),
                Map.of(),
                Instant.parse(T1),
                Optional.empty(),
                Instant.parse(T1));
    }

    private static String alert(String fingerprint, String state, String silencedBy) {
        return """
            {"annotations":{"summary":"s"},"endsAt":"2026-01-01T00:05:00Z","fingerprint":"%s",
             "receivers":[{"name":"avatar-exporter"}],"startsAt":"2026-01-01T01:00:00+01:00",
             "status":{"inhibitedBy":[],"silencedBy":[%s],"state":"%s"},"updatedAt":"2026-01-01T00:00:00Z",
             "generatorURL":"","labels":{"alertname":"AvatarTest","severity":"critical"}}\
            """.formatted(fingerprint, silencedBy, state);
    }

    private void answers(String... alerts) {
        alertmanager.answer(request -> Answer.json("[" + String.join(",", alerts) + "]"));
    }

    private static AlertmanagerSnapshot nothing() {
        return new AlertmanagerSnapshot(Set.of(), Set.of());
    }

    private String newest() throws Exception {
        return redis.bulk("LINDEX", "avatar:alerts", "0");
    }

    @Test
    void silencedAlert_isClosedAtTheSecondRun_andReportedAgainWhenTheSilenceEnds() throws Exception {
        queue.publish(List.of(event("a", "firing")));
        answers(alert("a", "suppressed", "\"s1\""));
        reconciliation.reconcile();
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");

        reconciliation.reconcile();
        reconciliation.reconcile();
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":0");
        assertThat(newest()).contains("\"status\":\"closed\"", "\"reason\":\"silenced\"", "\"kind\":\"alert\"");
        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":2");

        answers(alert("a", "active", ""));
        reconciliation.reconcile();
        reconciliation.reconcile();
        reconciliation.reconcile();
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":3");
        assertThat(newest()).contains("\"status\":\"firing\"");

        answers(alert("a", "suppressed", ""));
        reconciliation.reconcile();
        reconciliation.reconcile();
        assertThat(newest()).contains("\"status\":\"closed\"", "\"reason\":\"inhibited\"");
        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":4");
        assertThat(known.get(0)).isEqualTo(new AlertmanagerSnapshot(Set.of("a"), Set.of("a")));
    }

    @Test
    void alertUnknownToAlertmanager_isClosedAfterTwoMinutes() throws Exception {
        queue.publish(List.of(event("a", "firing")));
        reconciliation.reconcile();
        clock.pass(Duration.ofSeconds(119));
        reconciliation.reconcile();
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");

        clock.pass(Duration.ofSeconds(1));
        reconciliation.reconcile();
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":0");
        assertThat(newest()).contains("\"status\":\"closed\"", "\"reason\":\"expired\"");
    }

    @Test
    void alertKnownAgainInBetween_isRetained() throws Exception {
        queue.publish(List.of(event("a", "firing")));
        reconciliation.reconcile();
        clock.pass(Duration.ofSeconds(60));
        answers(alert("a", "active", ""));
        reconciliation.reconcile();
        answers();
        clock.pass(Duration.ofSeconds(100));
        reconciliation.reconcile();

        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(known).containsExactly(nothing(), new AlertmanagerSnapshot(Set.of("a"), Set.of()), nothing());
    }

    @Test
    void exportersOwnAlert_isNotClosed() throws Exception {
        queue.publish(List.of(event("local-host-1-alert-pipeline", "firing")));
        for (int i = 0; i < 5; i++) {
            clock.pass(Duration.ofMinutes(5));
            reconciliation.reconcile();
        }
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
    }

    @Test
    void alertmanagerUnreachableOrInvalid_changesNothing() throws Exception {
        queue.publish(List.of(event("a", "firing")));
        for (Answer answer :
                List.of(Answer.status(500, "no"), Answer.json("{}"), Answer.json("nonsense"), Answer.json(""))) {
            alertmanager.answer(request -> answer);
            clock.pass(Duration.ofMinutes(5));
            reconciliation.reconcile();
        }
        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(known).isEmpty();
        assertThat(metrics()).contains("avatar_exporter_alertmanager_up 0.0");

        answers(alert("a", "active", ""));
        reconciliation.reconcile();
        assertThat(metrics()).contains("avatar_exporter_alertmanager_up 1.0");
    }

    @Test
    void redisUnreachableAndEventsQueued_nothingIsClosed() throws Exception {
        redis.kill();
        queue.publish(List.of(event("a", "firing")));
        reconciliation.reconcile();
        clock.pass(Duration.ofMinutes(5));
        reconciliation.reconcile();
        redis.restart();
        queue.drain();

        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":1");
    }

    @Test
    void recoveryEvents_areListedAndDoNotChangeActiveAlerts() throws Exception {
        AlertEvent alert = event("a", "firing");
        queue.publish(List.of(alert));
        for (String status : List.of("started", "done", "ineffective")) {
            queue.publish(List.of(alert.withStatus(
                    AlertEvent.RECOVERY, status, Map.of("action", "trim_gpu_memory"), clock.instant())));
        }

        assertThat(redis.command("HLEN", "avatar:alerts:active")).isEqualTo(":1");
        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":4");
        assertThat(newest())
                .contains("\"kind\":\"recovery\"", "\"status\":\"ineffective\"", "\"action\":\"trim_gpu_memory\"");
    }

    private String metrics() {
        MetricSink out = new MetricSink();
        reconciliation.collect(out);
        return Expositions.text(out);
    }

    @Test
    void clockSetBack_fullEventSet_retainsFiringAlertsAndPublishesThemOnce() throws Exception {
        String later = Long.toString(clock.millis());
        for (int batch = 0; batch < 100; batch++) {
            List<String> command = new ArrayList<>(List.of("ZADD", "avatar:alerts:seen"));
            for (int i = 0; i < 100; i++) {
                command.addAll(List.of(later, "old" + batch + "-" + i));
            }
            redis.command(command.toArray(new String[0]));
        }
        clock.set(Duration.ofHours(-1));

        for (int i = 0; i < 3; i++) {
            queue.publish(List.of(event("a1", "firing")));
            clock.pass(Duration.ofMinutes(1));
        }

        assertThat(redis.command("LLEN", "avatar:alerts")).isEqualTo(":1");
        assertThat(redis.command("HEXISTS", "avatar:alerts:active", "a1")).isEqualTo(":1");
        assertThat(redis.command("ZCARD", "avatar:alerts:seen")).isEqualTo(":10000");
    }

    @Test
    void clockSetBack_alertUnknownToAlertmanager_isStillClosed() throws Exception {
        queue.publish(List.of(event("a1", "firing")));
        answers();
        reconciliation.reconcile();
        clock.set(Duration.ofDays(-300));
        for (int i = 0; i < 12; i++) {
            clock.pass(Duration.ofSeconds(15));
            reconciliation.reconcile();
        }

        assertThat(newest()).contains("closed");
    }
}
