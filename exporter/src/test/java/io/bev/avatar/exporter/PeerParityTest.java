package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.config.RedisConfig;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ours beside node_exporter and redis_exporter on this machine: of every metric that both have, the same type, the same
 * series, and values that lie between the peer's scrape before and the one after.
 */
@Timeout(120)
class PeerParityTest {

    /** Debian changes two defaults; these are the project's own. */
    private static final String MOUNTS =
            "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";

    @TempDir
    Path folder;

    private static Scrape ours(Collector collector) throws Exception {
        MetricSink out = new MetricSink();
        collector.collect(out);
        return Scrape.parse(Expositions.text(out));
    }

    @Test
    void host_besideNodeExporter_isTheSame() throws Exception {
        try (PeerExporter peer = PeerExporter.start(
                        folder,
                        "prometheus-node-exporter",
                        "--web.listen-address",
                        "--collector.netdev.device-exclude=^$",
                        "--collector.filesystem.mount-points-exclude=" + MOUNTS);
                HostCollector host = new HostCollector(
                        Path.of("/proc"), Path.of("/sys"), new LibcFileSystems(), Clock.systemUTC())) {
            Scrape before = peer.scrape();
            Scrape own = ours(host);
            Scrape after = peer.scrape();

            assertThat(differences(own, before, after, series -> true)).isEmpty();
            ParityList.read("node_exporter")
                    .check(own.types().keySet(), before.types().keySet());
            assertThat(own.values()).hasSizeGreaterThan(60);
        }
    }

    @Test
    void redis_besideRedisExporter_isTheSame() throws Exception {
        try (RedisServer server = RedisServer.start(folder, "--enable-debug-command", "yes");
                RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)))) {
            server.command("SET", "a", "1", "EX", "1000");
            server.command("XADD", "osint:updates", "*", "a", "b");
            server.command("XGROUP", "CREATE", "osint:updates", "renderer", "0");
            server.command("XREADGROUP", "GROUP", "renderer", "c1", "COUNT", "1", "STREAMS", "osint:updates", ">");
            server.command("CONFIG", "SET", "latency-monitor-threshold", "1");
            server.command("DEBUG", "SLEEP", "0.005");
            server.command("NOSUCH");
            server.command("SLOWLOG", "RESET");
            try (PeerExporter peer = PeerExporter.start(
                            folder,
                            "prometheus-redis-exporter",
                            "-web.listen-address",
                            "-redis.addr=" + server.url(),
                            "-check-single-streams=osint:updates");
                    RedisCollector redis =
                            RedisCollector.over(access.link("test"), List.of("osint:updates"), Clock.systemUTC())) {
                ours(redis);
                peer.scrape();
                Scrape before = peer.scrape();
                Scrape own = ours(redis);
                Scrape after = peer.scrape();

                // The peer opens a connection for each scrape, ours keeps one: the clients differ by that one.
                assertThat(differences(own, before, after, series -> !series.startsWith("redis_connected_clients")))
                        .isEmpty();
                ParityList.read("redis_exporter")
                        .check(own.types().keySet(), before.types().keySet());
                assertThat(own.values()).hasSizeGreaterThan(60);
            }
        }
    }

    @Test
    void redisOfACluster_besideRedisExporter_isTheSame() throws Exception {
        try (RedisServer server = RedisServer.startCluster(folder);
                RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)));
                PeerExporter peer = PeerExporter.start(
                        folder, "prometheus-redis-exporter", "-web.listen-address", "-redis.addr=" + server.url());
                RedisCollector redis = RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC())) {
            Scrape before = peer.scrape();
            Scrape own = ours(redis);
            Scrape after = peer.scrape();

            Predicate<String> clusters = series -> series.startsWith("redis_cluster_");
            assertThat(differences(own, before, after, clusters)).isEmpty();
            ParityList.read("redis_exporter")
                    .check(own.types().keySet(), before.types().keySet());
            assertThat(own.values().keySet().stream().filter(clusters)).hasSizeGreaterThan(10);
            assertThat(own.values()).containsEntry("redis_cluster_slots_ok{}", 16384.0);
        }
    }

    private static List<String> differences(Scrape own, Scrape before, Scrape after, Predicate<String> compared) {
        List<String> found = new ArrayList<>();
        own.types().forEach((name, type) -> {
            String theirs = before.types().get(name);
            if (theirs != null && !theirs.equals(type)) {
                found.add(name + ": type " + type + ", theirs " + theirs);
            }
        });
        for (Map.Entry<String, Double> series : own.values().entrySet()) {
            String type = before.types().get(Scrape.name(series.getKey()));
            Double low = before.values().get(series.getKey());
            Double high = after.values().get(series.getKey());
            if (type == null || !compared.test(series.getKey())) {
                continue;
            }
            if (low == null || high == null) {
                found.add(series.getKey() + ": only ours");
            } else if (!movedByPolling(series.getKey()) && !explained(type, series.getValue(), low, high)) {
                found.add(series.getKey() + ": " + series.getValue() + ", theirs " + low + " then " + high);
            }
        }
        before.values().keySet().stream()
                .filter(series -> own.types().containsKey(Scrape.name(series)))
                .filter(series -> !own.values().containsKey(series))
                .forEach(series -> found.add(series + ": only theirs"));
        return found;
    }

    /** How long commands take that the two exporters themselves send moves either way with every scrape. */
    private static boolean movedByPolling(String series) {
        return series.startsWith("redis_latency_percentiles_usec{") && !series.contains("cmd=set,");
    }

    /** A counter lies between its neighbours; a gauge near them, since it may have gone up and down in between. */
    private static boolean explained(String type, double value, double before, double after) {
        double low = Math.min(before, after);
        double high = Math.max(before, after);
        double slack = type.equals("gauge") ? Math.max(2, high * 0.1) : Math.max(0.05, high * 1e-9);
        return value >= low - slack && value <= high + slack;
    }
}
