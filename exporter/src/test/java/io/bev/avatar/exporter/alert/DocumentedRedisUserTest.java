package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ACL user recommended in the documentation has all permissions that the exporter needs. */
class DocumentedRedisUserTest {

    @TempDir
    Path directory;

    private static String[] documentedRules() throws IOException {
        String text = Files.readString(Path.of("../docs/exporter.md"));
        String block = text.substring(text.indexOf("ACL SETUSER"));
        return block.substring(0, block.indexOf("```"))
                .replace(">PASSWORD", ">open-sesame")
                .strip()
                .split("\\s+", -1);
    }

    @Test
    void documentedUser_scrapesPublishesAndChecks_withoutDeniedCommands() throws Exception {
        try (RedisServer server = RedisServer.start(directory)) {
            assertThat(server.command(documentedRules())).isEqualTo("+OK");
            server.command("XADD", "osint:updates", "*", "a", "b");
            server.command("XGROUP", "CREATE", "osint:updates", "renderer", "0");
            RedisConfig config = new RedisConfig(
                    "redis://avatar-exporter:open-sesame@127.0.0.1:" + server.port(), Duration.ofSeconds(20));
            try (RedisClients access = new RedisClients(config)) {
                RedisKeyValues strings = new RedisKeyValues(access.link("check"));
                strings.set(Map.of("avatar:health:x", "1"), Duration.ofSeconds(60));
                assertThat(strings.get("avatar:health:x")).contains("1");
                assertThat(strings.delete("avatar:health:x")).isTrue();
                new RedisAlertStore(access.link("alerts"), Duration.ofHours(1), Clock.systemUTC())
                        .publish(List.of(
                                event(AlertEvent.FIRING), event(AlertEvent.RESOLVED), event(AlertEvent.CLOSED)));
                assertThat(server.command("LLEN", "avatar:alerts")).isEqualTo(":3");

                MetricSink sink = new MetricSink();
                RedisCollector.over(access.link("test"), List.of("osint:updates"), Clock.systemUTC())
                        .collect(sink);

                assertThat(Expositions.text(sink))
                        .contains("redis_slowlog_length", "redis_stream_groups{", "redis_db_keys{db=\"db15\",}")
                        .doesNotContain("redis_errors_total");
            }
        }
    }

    private static AlertEvent event(String status) {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        return new AlertEvent(
                AlertEvent.ALERT,
                "f1",
                status,
                Map.of("alertname", "AvatarTest"),
                Map.of(),
                Map.of(),
                start,
                Optional.empty(),
                start);
    }
}
