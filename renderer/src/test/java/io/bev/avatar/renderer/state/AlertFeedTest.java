package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertFeedTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private final AtomicLong extraNanos = new AtomicLong();
    private TestRedis redis;
    private ActiveAlert.Source feed;

    @BeforeEach
    void start() {
        redis = TestRedis.start(directory);
        Ticker ticker = () -> System.nanoTime() + extraNanos.get();
        feed = AlertFeed.of(redis.config(), ticker);
    }

    @AfterEach
    void stop() {
        feed.close();
        redis.close();
    }

    private void fire(String fingerprint, String level, String summary) {
        redis.commands()
                .hset("avatar:alerts:active", fingerprint, """
                    {"schema":1,"kind":"alert","fingerprint":"%s","status":"firing","level":"%s","alertname":"Avatar%s",
                     "instance":"host-1","summary":"%s","description":"97%% used","startsAt":"2026-01-01T00:00:00Z",
                     "runbook":"http://x/runbooks/a","dashboard":""}\
                    """.formatted(fingerprint, level, fingerprint, summary));
    }

    @Test
    void criticalAlert_isActiveWhileFiring_warningsAreSeparate() {
        assertThat(feed.isKnown()).as("before the first reading").isFalse();
        fire("b", "warning", "almost full");
        fire("c", "info", "for the record");
        fire("a", "critical", "full");
        redis.commands().hset("avatar:alerts:active", "x", "no JSON");
        Await.until("the alert", () -> feed.active().size() == 1);
        assertThat(feed.active())
                .containsExactly(new ActiveAlert(
                        "a",
                        true,
                        "Avatara",
                        "host-1",
                        "full",
                        "97% used",
                        "2026-01-01T00:00:00Z",
                        "http://x/runbooks/a",
                        ""));
        assertThat(feed.isKnown()).isTrue();
        assertThat(feed.warnings()).extracting(ActiveAlert::summary).containsExactly("almost full");

        redis.commands().hdel("avatar:alerts:active", "a");
        redis.commands().publish("avatar:alerts", "{}");
        Await.until("its end", () -> feed.active().isEmpty());
    }

    @Test
    void redisRestart_lastAlertsRemainValid_thenAreUpdated() {
        fire("a", "critical", "full");
        Await.until("the alert", () -> feed.active().size() == 1);
        redis.stop();
        assertThat(feed.active()).hasSize(1);

        extraNanos.set(Duration.ofMinutes(2).toNanos());
        assertThat(feed.active()).isEmpty();
        assertThat(feed.isKnown()).isFalse();

        redis.start();
        redis.commands().del("avatar:alerts:active");
        fire("b", "critical", "hot");
        Await.until(
                "the other alert",
                () -> feed.active().stream().anyMatch(alert -> alert.name().equals("Avatarb")));
        assertThat(feed.active()).hasSize(1);
    }

    @Test
    void noRedisConfigured_noAlerts() {
        try (ActiveAlert.Source none = AlertFeed.of(Optional.empty(), Ticker.system())) {
            assertThat(none.active()).isEmpty();
        }
    }
}
