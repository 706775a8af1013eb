package io.bev.avatar.exporter.collector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.config.RedisConfig;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisServer;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RedisCollectorTest {

    private static final List<String> STREAMS = List.of("avatar:state:updates", "osint:updates");

    @TempDir
    Path directory;

    private RedisServer server;
    private RedisClients access;
    private RedisCollector collector;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(directory);
        access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(20)));
        collector = RedisCollector.over(access.link("test-exporter"), STREAMS, Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        access.close();
        server.close();
    }

    private static Optional<Double> value(MetricSink sink, String name, Map<String, String> labels) {
        for (MetricFamilySamples family : sink.families()) {
            for (Sample sample : family.samples) {
                boolean matches = sample.name.equals(name);
                for (Map.Entry<String, String> label : labels.entrySet()) {
                    int at = sample.labelNames.indexOf(label.getKey());
                    matches &= at >= 0 && sample.labelValues.get(at).equals(label.getValue());
                }
                if (matches) {
                    return Optional.of(sample.value);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Double> value(MetricSink sink, String name) {
        return value(sink, name, Map.of());
    }

    private MetricSink collectUp() throws Exception {
        MetricSink sink = new MetricSink();
        collector.collect(sink);
        return sink;
    }

    /** Collects from an unreachable Redis and returns the error message. */
    private String collectDown() {
        MetricSink sink = new MetricSink();
        Throwable failure = catchThrowable(() -> collector.collect(sink));
        assertThat(failure).isInstanceOf(PartialCollectionException.class);
        assertThat(value(sink, "redis_up")).contains(0.0);
        assertThat(sink.families()).hasSize(1);
        return String.valueOf(failure.getMessage());
    }

    @Test
    void collect_liveServer_returnsItsMetrics() throws Exception {
        assertThat(server.command("SET", "a", "1")).isEqualTo("+OK");
        assertThat(server.command("EXPIRE", "a", "1000")).isEqualTo(":1");

        MetricSink sink = collectUp();

        assertThat(value(sink, "redis_up")).contains(1.0);
        assertThat(value(sink, "redis_db_keys", Map.of("db", "db0"))).contains(1.0);
        assertThat(value(sink, "redis_db_keys_expiring", Map.of("db", "db0"))).contains(1.0);
        assertThat(value(sink, "redis_db_keys", Map.of("db", "db15"))).contains(0.0);
        assertThat(value(sink, "redis_connected_clients")).contains(1.0);
        assertThat(value(sink, "redis_commands_total", Map.of("cmd", "set"))).contains(1.0);
        assertThat(value(sink, "redis_instance_info", Map.of("role", "master", "tcp_port", "" + server.port())))
                .contains(1.0);
        assertThat(value(sink, "redis_slowlog_length")).isPresent();
    }

    @Test
    void collect_manyTimes_keepsOneConnectionAndCausesNoErrors() throws Exception {
        for (int i = 0; i < 20; i++) {
            collectUp();
        }

        MetricSink sink = collectUp();
        assertThat(value(sink, "redis_connected_clients")).contains(1.0);
        assertThat(value(sink, "redis_errors_total")).isEmpty();
        assertThat(value(sink, "redis_commands_total", Map.of("cmd", "scan"))).isEmpty();
    }

    @Test
    void collect_configuredStreams_haveLengthPendingAndLag() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(server.command("XADD", "osint:updates", "*", "finding", "1"))
                    .startsWith("$");
        }
        assertThat(server.command("XGROUP", "CREATE", "osint:updates", "renderer", "0"))
                .isEqualTo("+OK");
        server.command("XREADGROUP", "GROUP", "renderer", "1", "COUNT", "1", "STREAMS", "osint:updates", ">");

        MetricSink sink = collectUp();

        Map<String, String> group = Map.of("db", "db0", "stream", "osint:updates", "group", "renderer");
        assertThat(value(sink, "redis_stream_length", Map.of("stream", "osint:updates")))
                .contains(3.0);
        assertThat(value(sink, "redis_stream_group_messages_pending", group)).contains(1.0);
        assertThat(value(sink, "redis_stream_group_lag", group)).contains(2.0);
        assertThat(value(sink, "redis_stream_length", Map.of("stream", "avatar:state:updates")))
                .isEmpty();
    }

    @Test
    void collect_serverStoppedAndRestarted_reportsDownAndRecovers() throws Exception {
        collectUp();
        server.stop();

        assertThat(collectDown()).contains("127.0.0.1:" + server.port());
        assertThat(collectDown()).contains("start Redis or fix redis.url");

        server.restart();
        assertThat(value(collectUp(), "redis_up")).contains(1.0);
        assertThat(value(collectUp(), "redis_connected_clients")).contains(1.0);
    }

    @Test
    void collect_frozenServer_reportsDownAndLeaksNoConnections() throws Exception {
        access.close();
        access = new RedisClients(new RedisConfig(server.url(), Duration.ofMillis(400)));
        collector = RedisCollector.over(access.link("test-exporter"), STREAMS, Clock.systemUTC());
        MetricSink unused = collectOnceUp();
        server.freeze();
        try {
            for (int i = 0; i < 5; i++) {
                assertThat(collectDown()).contains("no response within 400 ms");
            }
        } finally {
            server.thaw();
        }

        MetricSink sink = collectOnceUp();
        while (!value(sink, "redis_connected_clients").equals(Optional.of(1.0))) {
            Thread.sleep(20);
            sink = collectOnceUp();
        }
    }

    /** Collects until it succeeds: on a busy machine the server can exceed this test's short timeout. */
    private MetricSink collectOnceUp() throws Exception {
        while (true) {
            try {
                return collectUp();
            } catch (PartialCollectionException e) {
                Thread.sleep(20);
            }
        }
    }

    @Test
    void collect_interrupted_reportsDown() {
        Thread.currentThread().interrupt();

        assertThat(collectDown()).contains("within the scrape timeout");

        assertThat(Thread.interrupted()).isTrue();
    }
}
