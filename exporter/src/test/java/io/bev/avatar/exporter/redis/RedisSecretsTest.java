package io.bev.avatar.exporter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.testkit.RedisServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RedisSecretsTest {

    private static final String SECRET = "open-sesame";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static String allMessages(RedisConfig config) {
        try (RedisClients access = new RedisClients(config)) {
            RedisCollector collector = RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC());
            Throwable failure = catchThrowable(() -> collector.collect(new MetricSink()));
            assertThat(failure).isNotNull();
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            return text + config.toString();
        }
    }

    @Test
    void collect_wrongPassword_isReportedWithoutThePassword(@TempDir Path directory) throws Exception {
        try (RedisServer server = RedisServer.start(directory, "--requirepass", "another-" + SECRET)) {
            String message = allMessages(
                    new RedisConfig("redis://user:" + SECRET + "@127.0.0.1:" + server.port() + "/0", TIMEOUT));

            assertThat(message).contains("WRONGPASS").doesNotContain(SECRET);
        }
    }

    @Test
    void collect_unreachable_isReportedWithoutThePassword() {
        assertThat(allMessages(new RedisConfig("redis://:" + SECRET + "@127.0.0.1:1/0", TIMEOUT)))
                .contains("127.0.0.1:1")
                .doesNotContain(SECRET);
    }

    @Test
    void collect_rightPassword_works(@TempDir Path directory) throws Exception {
        try (RedisServer server = RedisServer.start(directory, "--requirepass", SECRET);
                RedisClients access = new RedisClients(
                        new RedisConfig("redis://:" + SECRET + "@127.0.0.1:" + server.port() + "/0", TIMEOUT))) {
            MetricSink sink = new MetricSink();
            RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC())
                    .collect(sink);

            assertThat(sink.families()).hasSizeGreaterThan(20);
        }
    }

    @Test
    void collect_userWithInfoPermissionOnly_getsInfoMetrics(@TempDir Path directory) throws Exception {
        try (RedisServer server =
                        RedisServer.start(directory, "--user", "meter", "on", ">" + SECRET, "~*", "+info", "+ping");
                RedisClients access = new RedisClients(
                        new RedisConfig("redis://meter:" + SECRET + "@127.0.0.1:" + server.port() + "/0", TIMEOUT))) {
            MetricSink sink = new MetricSink();
            RedisCollector.over(access.link("test"), List.of("osint:updates"), Clock.systemUTC())
                    .collect(sink);

            assertThat(sink.families())
                    .extracting(f -> f.name())
                    .contains("redis_memory_used_bytes")
                    .doesNotContain("redis_slowlog_length");
        }
    }
}
