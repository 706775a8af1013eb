package io.bev.avatar.exporter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.TestCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of address against a real Redis: TLS, ACL users, Unix socket, Sentinel and Cluster. */
class RedisRoutesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String STREAM = "osint:updates";
    private static final String SECRET = "pa/ss@w:rd+1";
    private static final String ENCODED = "pa%2Fss%40w%3Ard+1";

    @TempDir
    Path directory;

    private static RedisAddress withFiles(String url, Path ca, Optional<Path> cert, Optional<Path> key) {
        return new RedisAddress(url, Optional.of(ca), cert, key);
    }

    /** One scrape, plus a key written and read back. */
    private static String scrape(RedisAddress address) throws Exception {
        try (RedisClients access = new RedisClients(new RedisConfig(address, TIMEOUT))) {
            RedisConnection link = access.link("test");
            RedisKeyValues strings = new RedisKeyValues(link);
            strings.set(Map.of("avatar:health:route", "well"), Duration.ofSeconds(60));
            assertThat(strings.get("avatar:health:route")).contains("well");
            MetricSink sink = new MetricSink();
            RedisCollector.over(link, List.of(STREAM), Clock.systemUTC()).collect(sink);
            return Expositions.text(sink);
        }
    }

    /** The error message of a failed scrape. */
    private static String failure(RedisAddress address) {
        RedisConfig config = new RedisConfig(address, TIMEOUT);
        try (RedisClients access = new RedisClients(config)) {
            RedisCollector collector = RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC());
            Throwable thrown = catchThrowable(() -> collector.collect(new MetricSink()));
            assertThat(thrown).isNotNull();
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text));
            return text + config.toString() + address;
        }
    }

    @Test
    void tls_customCaAndClientCertificate_works_andFailsWithoutThem() throws Exception {
        TestCertificates certificates = TestCertificates.make(directory.resolve("tls"));
        certificates.issue("exporter", "-newkey rsa:2048");
        int port = FreePorts.take(1)[0];
        try (RedisServer server = RedisServer.start(
                directory,
                "--tls-port",
                Integer.toString(port),
                "--tls-cert-file",
                certificates.file("server.pem").toString(),
                "--tls-key-file",
                certificates.file("server.key").toString(),
                "--tls-ca-cert-file",
                certificates.authority().toString(),
                "--user",
                "meter",
                "on",
                ">" + SECRET,
                "~*",
                "+@all")) {
            assertThat(server.command("PING")).isEqualTo("+PONG");
            String url = "rediss://meter:" + ENCODED + "@127.0.0.1:" + port + "/2";
            Optional<Path> cert = Optional.of(certificates.file("exporter.pem"));
            Optional<Path> key = Optional.of(certificates.file("exporter.key"));

            String text = scrape(withFiles(url, certificates.authority(), cert, key));

            assertThat(text)
                    .contains("redis_up 1.0", "redis_db_keys{db=\"db2\",} 1.0")
                    .doesNotContain(SECRET);
            assertThat(failure(withFiles(url, certificates.authority(), Optional.empty(), Optional.empty())))
                    .doesNotContain(SECRET, ENCODED, "meter");
            assertThat(failure(RedisAddress.of(url)))
                    .contains("Redis at rediss://127.0.0.1:" + port + "/2")
                    .doesNotContain(SECRET, ENCODED, "meter");
            String wrong = url.replace("meter:", "meter:x");
            assertThat(failure(withFiles(wrong, certificates.authority(), cert, key)))
                    .contains("WRONGPASS")
                    .doesNotContain(SECRET, ENCODED);
        }
    }

    @Test
    void unixSocket_withUserAndDatabase_works() throws Exception {
        // The path of a Unix socket is limited to 107 bytes, which a test's temporary directory can exceed.
        Path shortPlace = Files.createTempDirectory(Path.of("/tmp"), "redis");
        Path socket = shortPlace.resolve("s");
        try (RedisServer server = RedisServer.start(
                directory, "--unixsocket", socket.toString(), "--user", "meter", "on", ">" + SECRET, "~*", "+@all")) {
            assertThat(server.command("PING")).isEqualTo("+PONG");

            String text = scrape(RedisAddress.of("redis-socket://meter:" + ENCODED + "@" + socket + "?database=3"));

            assertThat(text).contains("redis_up 1.0", "redis_db_keys{db=\"db3\",} 1.0");
            assertThat(failure(RedisAddress.of("redis-socket://meter:x" + ENCODED + "@" + socket)))
                    .contains("WRONGPASS")
                    .doesNotContain(SECRET, ENCODED);
            server.kill();
            assertThat(failure(RedisAddress.of("redis-socket://meter:" + ENCODED + "@" + socket)))
                    .contains("redis-socket://" + socket)
                    .doesNotContain(SECRET, ENCODED);
        } finally {
            try (var left = Files.walk(shortPlace)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void sentinel_knowingTheMaster_isFollowed() throws Exception {
        try (RedisServer master = RedisServer.start(directory, "--requirepass", SECRET);
                RedisServer sentinel = RedisServer.sentinel(directory, master)) {
            String at = "127.0.0.1:" + sentinel.port();

            String text = scrape(RedisAddress.of("redis-sentinel://:" + ENCODED + "@" + at + "/1#avatar"));

            assertThat(text)
                    .contains("redis_up 1.0", "redis_db_keys{db=\"db1\",} 1.0", "tcp_port=\"" + master.port() + "\"");
            assertThat(failure(RedisAddress.of("redis-sentinel://:" + ENCODED + "@" + at + "#nobody")))
                    .contains(at)
                    .doesNotContain(SECRET, ENCODED);
        }
    }

    @Test
    void cluster_addressWithNodes_yieldsFirstNodeAndStreamsOfTheCluster() throws Exception {
        List<RedisServer> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                nodes.add(node(Files.createDirectories(directory.resolve("node" + i))));
            }
            join(nodes);
            // The first node of the address must not be the one that holds the stream.
            nodes.sort(Comparator.comparing(node -> has(node) ? 1 : 0));
            String url = "redis://127.0.0.1:" + nodes.get(0).port() + ",127.0.0.1:"
                    + nodes.get(1).port();

            String text = scrapeOnceFormed(RedisAddress.of(url));

            assertThat(text)
                    .contains("redis_up 1.0", "redis_cluster_enabled 1.0", "redis_cluster_state 1.0")
                    .contains("redis_cluster_slots_ok 16384.0", "redis_cluster_known_nodes 3.0")
                    .contains("tcp_port=\"" + nodes.get(0).port() + "\"")
                    .contains("redis_stream_length{db=\"db0\",stream=\"" + STREAM + "\",} 1.0");
        } finally {
            nodes.forEach(RedisServer::close);
        }
    }

    /** Newly joined nodes still exchange slot ownership: failures during that time are retried. */
    private static String scrapeOnceFormed(RedisAddress address) throws Exception {
        while (true) {
            try {
                String text = scrape(address);
                if (text.contains("redis_stream_length{")) {
                    return text;
                }
            } catch (IOException | PartialCollectionException e) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private static RedisServer node(Path place) throws IOException {
        return RedisServer.start(
                place, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(FreePorts.take(1)[0]));
    }

    /** Assigns a third of the slots to each node and waits until all nodes know all slots. */
    private static void join(List<RedisServer> nodes) throws IOException, InterruptedException {
        int[] edges = {0, 5461, 10923, 16384};
        for (int i = 0; i < nodes.size(); i++) {
            RedisServer node = nodes.get(i);
            node.command("CLUSTER", "ADDSLOTSRANGE", "" + edges[i], "" + (edges[i + 1] - 1));
            // The bus port is one of the settings of Redis.
            nodes.get(0).command("CLUSTER", "MEET", "127.0.0.1", "" + node.port(), busPort(node));
        }
        for (RedisServer node : nodes) {
            while (!node.bulk("CLUSTER", "INFO").strip().equals("cluster_state:ok")) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        while (nodes.stream().noneMatch(RedisRoutesTest::addEntry)) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static String busPort(RedisServer node) throws IOException {
        // id host:port@bus ...
        String line = node.bulk("CLUSTER", "NODES");
        return line.substring(line.indexOf('@') + 1).split("[ ,]", 2)[0];
    }

    private static boolean addEntry(RedisServer node) {
        try {
            return node.command("XADD", STREAM, "*", "a", "b").startsWith("$");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean has(RedisServer node) {
        try {
            return node.command("XLEN", STREAM).startsWith(":");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
