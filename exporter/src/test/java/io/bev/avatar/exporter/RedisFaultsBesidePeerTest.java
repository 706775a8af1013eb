package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.Scrape;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults of a real Redis, seen by this exporter and by redis_exporter. */
@Timeout(600)
class RedisFaultsBesidePeerTest {

    private static final List<String> STREAMS = List.of("osint:updates");

    /** Collections from which the cost of one is taken. */
    private static final int COLLECTIONS = 5;

    @TempDir
    Path directory;

    private Duration later = Duration.ZERO;

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
            return Instant.now().plus(later);
        }
    };

    /** A server and both exporters. */
    private final class Running implements AutoCloseable {
        private final RedisServer server;
        private final RedisClients clients;
        private final RedisCollector collector;
        private final PeerExporter peer;

        /** @param user name of a user with all permissions, for both exporters; empty for none */
        Running(String user, String... options) throws Exception {
            server = RedisServer.start(directory, options);
            server.command("XADD", "osint:updates", "*", "a", "b");
            if (!user.isEmpty()) {
                server.command("ACL", "SETUSER", user, "on", ">p", "~*", "&*", "+@all");
            }
            String url = user.isEmpty() ? server.url() : server.url().replace("://", "://" + user + ":p@");
            clients = new RedisClients(new RedisConfig(url, Duration.ofSeconds(30)));
            collector = RedisCollector.over(clients.link("test"), STREAMS, clock);
            peer = PeerExporter.start(
                    directory,
                    "prometheus-redis-exporter",
                    "-web.listen-address",
                    "-redis.addr=" + url,
                    "-include-system-metrics",
                    "-check-single-streams=osint:updates");
        }

        Scrape ours() throws Exception {
            MetricSink out = new MetricSink();
            try {
                collector.collect(out);
            } catch (PartialCollectionException e) {
                assertThat(e).hasMessageNotContaining("NullPointer");
            }
            assertThat(out.duplicates()).isEmpty();
            return Scrape.parse(Expositions.text(out));
        }

        /** Names that the peer reports about Redis and this exporter does not, except those in the documentation. */
        Set<String> missing() throws Exception {
            Set<String> names = new TreeSet<>(peer.scrape().types().keySet());
            names.removeAll(ours().types().keySet());
            ParityList listed = ParityList.read("redis_exporter");
            names.removeIf(listed::has);
            return names;
        }

        @Override
        public void close() {
            peer.close();
            clients.close();
            server.close();
        }
    }

    @Test
    void busyScript_afterItsEnd_everySeriesIsBack() throws Exception {
        try (Running running = new Running("", "--busy-reply-threshold", "100")) {
            assertThat(running.missing()).isEmpty();
            try (Socket script = new Socket(InetAddress.getLoopbackAddress(), running.server.port())) {
                script.getOutputStream().write("EVAL \"while true do end\" 0\r\n".getBytes(StandardCharsets.US_ASCII));
                while (!running.server.command("PING").startsWith("-BUSY")) {
                    Thread.sleep(20);
                }
                assertThat(running.ours().values()).containsEntry("redis_up{}", 0.0);
                assertThat(running.peer.scrape().values()).containsEntry("redis_up{}", 0.0);
                assertThat(running.server.command("SCRIPT", "KILL")).isEqualTo("+OK");
                while (!running.server.command("PING").equals("+PONG")) {
                    Thread.sleep(20);
                }
            }

            assertThat(running.missing()).isEmpty();
            assertThat(running.ours().values()).containsEntry("redis_up{}", 1.0);
        }
    }

    @Test
    void withdrawnPermission_costsItsSeries_untilItIsGrantedAgain() throws Exception {
        try (Running running = new Running("m")) {
            assertThat(running.missing()).isEmpty();
            running.server.command("ACL", "SETUSER", "m", "-xinfo", "-slowlog");

            Scrape without = running.ours();
            assertThat(without.values()).containsEntry("redis_up{}", 1.0);
            assertThat(without.types()).containsKey("redis_memory_used_bytes").doesNotContainKey("redis_stream_length");
            running.server.command("ACL", "SETUSER", "m", "+xinfo", "+slowlog");
            later = Duration.ofMinutes(2);

            assertThat(running.missing()).isEmpty();
        }
    }

    @Test
    void loadingServer_isUpForBoth() throws Exception {
        try (Running running = new Running(
                "",
                "--enable-debug-command",
                "yes",
                "--key-load-delay",
                "1000",
                "--loading-process-events-interval-bytes",
                "1024")) {
            running.server.command("DEBUG", "POPULATE", "60000");
            assertThat(running.server.command("SAVE")).isEqualTo("+OK");
            running.server.stop();
            running.server.restartWithoutWaiting();

            Scrape own = running.ours();
            while (!Double.valueOf(1).equals(own.values().get("redis_up{}"))) {
                own = running.ours();
            }
            Scrape theirs = running.peer.scrape();

            assertThat(theirs.values())
                    .containsEntry("redis_up{}", 1.0)
                    .containsEntry("redis_loading_dump_file{}", 1.0);
            assertThat(own.values()).containsEntry("redis_up{}", 1.0).containsEntry("redis_loading_dump_file{}", 1.0);
        }
    }

    /** 4.4 MB and 10 MB of INFO: the peer exports every type of error, this exporter the most frequent ones. */
    @Test
    void hugeInfo_costsLessThanThePeersScrape() throws Exception {
        try (Running running = new Running("")) {
            int types = 0;
            for (int wanted : new int[] {110_000, 250_000}) {
                errorTypes(running.server, types, wanted);
                types = wanted;
                assertThat(running.server.infoBytes()).isGreaterThan(wanted * 40L);
                running.ours();
                running.peer.text();

                double before = cpuSeconds();
                for (int i = 0; i < COLLECTIONS; i++) {
                    assertThat(running.ours().values()).containsEntry("redis_up{}", 1.0);
                }
                double own = cpuSeconds() - before;
                before = running.peer.cpuSeconds();
                for (int i = 0; i < COLLECTIONS; i++) {
                    assertThat(running.peer.text()).contains("redis_up 1");
                }
                double theirs = running.peer.cpuSeconds() - before;

                System.out.printf(
                        "INFO of %d bytes: %.0f ms of CPU per collection, redis_exporter %.0f ms%n",
                        running.server.infoBytes(), own * 1e3 / COLLECTIONS, theirs * 1e3 / COLLECTIONS);
                assertThat(own)
                        .as("CPU seconds with %d types of errors", wanted)
                        .isLessThan(theirs);
            }
        }
    }

    /** CPU time of this process, all threads. */
    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                / 1e9;
    }

    private static void errorTypes(RedisServer server, int from, int to) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int start = from; start < to; start += 1000) {
                StringBuilder batch = new StringBuilder();
                for (int i = start; i < start + 1000; i++) {
                    batch.append("EVAL \"return redis.error_reply('E")
                            .append(i)
                            .append("OfTooManyTypes, now')\" 0\r\n");
                }
                socket.getOutputStream().write(batch.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < 1000; i++) {
                    assertThat(in.readLine()).startsWith("-E");
                }
            }
        }
    }
}
