package io.bev.avatar.exporter.collector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.collector.MetricFamily;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.testkit.RedisServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
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
        collector = RedisCollector.over(access.link("test-exporter"), STREAMS, clock);
    }

    @AfterEach
    void stop() throws Exception {
        access.close();
        server.close();
    }

    private static Optional<Double> value(MetricSink sink, String name, Map<String, String> labels) {
        for (MetricFamily family : sink.families()) {
            for (Sample sample : family.samples()) {
                boolean matches = sample.name().equals(name);
                for (Map.Entry<String, String> label : labels.entrySet()) {
                    matches &= sample.label(label.getKey()).equals(label.getValue());
                }
                if (matches) {
                    return Optional.of(sample.value());
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
        server.kill();

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

    private void restartWith(String... options) throws Exception {
        access.close();
        server.close();
        server = RedisServer.start(directory, options);
        open(server.url());
    }

    private void open(String url) {
        access = new RedisClients(new RedisConfig(url, Duration.ofSeconds(20)));
        collector = RedisCollector.over(access.link("test-exporter"), STREAMS, clock);
    }

    private volatile Instant now = Instant.parse("2026-06-26T10:00:00Z");

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @Test
    void collect_busyServer_reportsDown_allMetricsBackAfterwards() throws Exception {
        restartWith("--busy-reply-threshold", "100");
        assertThat(server.command("XADD", "osint:updates", "*", "finding", "1")).startsWith("$");
        try (Socket script = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            script.getOutputStream().write("EVAL \"while true do end\" 0\r\n".getBytes(StandardCharsets.US_ASCII));
            while (!server.command("PING").startsWith("-BUSY")) {
                Thread.sleep(20);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(collectDown()).contains("BUSY", "SCRIPT KILL");
            }
            assertThat(server.command("SCRIPT", "KILL")).isEqualTo("+OK");
            while (!server.command("PING").equals("+PONG")) {
                Thread.sleep(20);
            }
        }

        MetricSink sink = collectUp();
        assertThat(value(sink, "redis_slowlog_length")).isPresent();
        assertThat(value(sink, "redis_stream_length", Map.of("stream", "osint:updates")))
                .contains(1.0);
        assertThat(value(sink, "redis_db_keys", Map.of("db", "db15"))).contains(0.0);
    }

    @Test
    void collect_deniedCommand_isAskedAgainAtIntervalsAndCostsItsMetricsAlone() throws Exception {
        server.command("XADD", "osint:updates", "*", "finding", "1");
        server.command("ACL", "SETUSER", "m", "on", ">p", "~*", "+@all", "-xinfo", "-slowlog", "-config");
        access.close();
        open("redis://m:p@127.0.0.1:" + server.port());

        for (int i = 0; i < 5; i++) {
            assertThat(value(collectUp(), "redis_slowlog_length")).isEmpty();
        }
        assertThat(value(collectUp(), "redis_errors_total", Map.of("err", "NOPERM")))
                .contains(4.0);
        server.command("ACL", "SETUSER", "m", "+xinfo", "+slowlog");
        now = now.plus(DeniedCommands.RETRY);

        MetricSink sink = collectUp();
        assertThat(value(sink, "redis_slowlog_length")).isPresent();
        assertThat(value(sink, "redis_stream_length", Map.of("stream", "osint:updates")))
                .contains(1.0);
    }

    @Test
    void collect_deniedCommand_isAskedAgainAfterTheClockWasSetBack() throws Exception {
        server.command("ACL", "SETUSER", "m", "on", ">p", "~*", "+@all", "-slowlog");
        access.close();
        open("redis://m:p@127.0.0.1:" + server.port());
        assertThat(value(collectUp(), "redis_slowlog_length")).isEmpty();

        server.command("ACL", "SETUSER", "m", "+slowlog");
        now = now.minus(Duration.ofDays(1));

        assertThat(value(collectUp(), "redis_slowlog_length")).isPresent();
    }

    @Test
    void collect_deniedKey_othersAreRead() throws Exception {
        server.command("XADD", "osint:updates", "*", "finding", "1");
        server.command("XADD", "avatar:state:updates", "*", "a", "1");
        server.command("ACL", "SETUSER", "m", "on", ">p", "~osint:*", "+@all");
        access.close();
        open("redis://m:p@127.0.0.1:" + server.port());

        MetricSink sink = collectUp();

        assertThat(value(sink, "redis_stream_length", Map.of("stream", "osint:updates")))
                .contains(1.0);
        assertThat(value(sink, "redis_stream_length", Map.of("stream", "avatar:state:updates")))
                .isEmpty();
    }

    @Test
    void collect_replicaWithoutItsMaster_reportsTheErrorsAndKeepsInfo() throws Exception {
        server.command("CONFIG", "SET", "replica-serve-stale-data", "no");
        server.command("REPLICAOF", "127.0.0.1", "1");
        MetricSink sink = new MetricSink();

        assertThatThrownBy(() -> collector.collect(sink))
                .isInstanceOf(PartialCollectionException.class)
                .hasMessageContaining("TYPE osint:updates: MASTERDOWN");

        assertThat(value(sink, "redis_up")).contains(1.0);
        assertThat(value(sink, "redis_master_link_up")).contains(0.0);
        server.command("REPLICAOF", "NO", "ONE");
        assertThat(value(collectUp(), "redis_connected_slaves")).contains(0.0);
    }

    @Test
    void collect_loadingServer_isUp() throws Exception {
        restartWith(
                "--enable-debug-command",
                "yes",
                "--key-load-delay",
                "1000",
                "--loading-process-events-interval-bytes",
                "1024");
        server.command("DEBUG", "POPULATE", "60000");
        assertThat(server.command("SAVE")).isEqualTo("+OK");
        server.stop();
        server.restartWithoutWaiting();

        MetricSink sink = collectOnceUp();

        assertThat(value(sink, "redis_up")).contains(1.0);
        assertThat(value(sink, "redis_loading_dump_file")).contains(1.0);
        assertThat(value(sink, "redis_uptime_in_seconds")).isPresent();
    }

    @Test
    void collect_hugeInfo_isReducedToTheMostFrequentErrors() throws Exception {
        errorTypes(110_000);
        for (int i = 0; i < 7; i++) {
            server.command("NOSUCHCOMMAND");
        }
        assertThat(server.command("SET", "a", "1")).isEqualTo("+OK");

        MetricSink sink = collectUp();

        assertThat(value(sink, "redis_errors_total", Map.of("err", "ERR"))).contains(7.0);
        assertThat(value(sink, "redis_db_keys", Map.of("db", "db0"))).contains(1.0);
        assertThat(value(sink, "redis_connected_clients")).contains(1.0);
        assertThat(value(sink, "redis_commands_total", Map.of("cmd", "eval"))).contains(110_000.0);
        assertThat(sink.families().stream()
                        .filter(family -> family.name().equals("redis_errors"))
                        .flatMap(family -> family.samples().stream()))
                .hasSize(100);
        assertThat(value(sink, "avatar_exporter_redis_dropped_items", Map.of("kind", "errors")))
                .contains(109_901.0);
    }

    /** Has the server count {@code count} types of errors: about 40 bytes of INFO each. */
    private void errorTypes(int count) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int from = 0; from < count; from += 1000) {
                StringBuilder batch = new StringBuilder();
                for (int i = from; i < from + 1000; i++) {
                    batch.append("EVAL \"return redis.error_reply('E").append(i).append(", now')\" 0\r\n");
                }
                socket.getOutputStream().write(batch.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < 1000; i++) {
                    assertThat(in.readLine()).startsWith("-E");
                }
            }
        }
    }

    @Test
    void collect_manyConsumersGroupsAndLargeEntries_areLimited() throws Exception {
        server.command("XADD", "osint:updates", "*", "finding", "x".repeat(60_000));
        for (int i = 0; i < 70; i++) {
            server.command("XGROUP", "CREATE", "osint:updates", "g" + i, "0");
        }
        for (int i = 0; i < 1100; i++) {
            server.command("XGROUP", "CREATECONSUMER", "osint:updates", "g0", "c" + i);
        }

        MetricSink sink = collectUp();

        assertThat(value(sink, "redis_stream_length", Map.of("stream", "osint:updates")))
                .contains(1.0);
        assertThat(value(sink, "redis_stream_groups", Map.of("stream", "osint:updates")))
                .contains(70.0);
        assertThat(value(sink, "avatar_exporter_redis_dropped_items", Map.of("kind", "groups")))
                .contains(6.0);
        assertThat(value(sink, "avatar_exporter_redis_dropped_items", Map.of("kind", "consumers")))
                .contains(1036.0);
    }

    @Test
    void collect_emptiedDatabase_isZeroWithoutConfig() throws Exception {
        restartWith("--databases", "32", "--rename-command", "CONFIG", "\"\"");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write("SELECT 20\r\nSET a 1\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(in.readLine() + in.readLine()).isEqualTo("+OK+OK");
        }
        assertThat(value(collectUp(), "redis_db_keys", Map.of("db", "db20"))).contains(1.0);
        server.command("FLUSHALL");

        MetricSink sink = collectUp();

        assertThat(value(sink, "redis_db_keys", Map.of("db", "db0"))).contains(0.0);
        assertThat(value(sink, "redis_db_keys", Map.of("db", "db20"))).contains(0.0);
    }
}
