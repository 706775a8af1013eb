package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.HostOptions;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import io.bev.avatar.exporter.collector.host.jna.LibcKernelClock;
import io.bev.avatar.exporter.collector.host.jna.LibcLocalZones;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.Scrape;
import io.prometheus.client.hotspot.StandardExports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import oshi.SystemInfo;
import oshi.software.os.OSProcess;

/**
 * Compares this exporter with node_exporter and redis_exporter on the same machine: every common metric has the same
 * type and series, and a value between the peer's scrapes before and after.
 */
@Timeout(120)
class PeerParityTest {

    /** Upstream defaults; Debian changes two of them. */
    private static final String MOUNTS =
            "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";

    private static final int MAX_ROUNDS = 10;

    @TempDir
    Path directory;

    private static Scrape ours(Collector collector) throws Exception {
        MetricSink out = new MetricSink();
        collector.collect(out);
        return Scrape.parse(Expositions.text(out));
    }

    @Test
    void host_comparedToNodeExporter_isEqual() throws Exception {
        try (PeerExporter peer = PeerExporter.start(
                        directory,
                        "prometheus-node-exporter",
                        "--web.listen-address",
                        "--collector.netdev.device-exclude=^$",
                        "--collector.interrupts",
                        "--collector.processes",
                        "--collector.tcpstat",
                        "--collector.textfile.directory=" + textFiles(),
                        "--collector.filesystem.mount-points-exclude=" + MOUNTS);
                HostCollector host = new HostCollector(
                        new HostOptions(
                                Path.of("/proc"),
                                Path.of("/sys"),
                                directory.resolve("textfile"),
                                true,
                                ExporterConfig.HOST_COLLECTORS),
                        new LibcFileSystems(),
                        new LibcKernelClock(),
                        Ticker.system(),
                        Clock.systemUTC(),
                        new LibcLocalZones())) {
            // Queued bytes: those of the scrape itself.
            Compared compared = compare(
                    peer,
                    host,
                    series -> !series.startsWith("node_scrape_collector_") && !series.contains("_queued_bytes}"));
            ParityList.read("node_exporter")
                    .check(
                            compared.own().types().keySet(),
                            compared.peer().types().keySet());
            assertThat(compared.own().values()).hasSizeGreaterThan(250);
        }
    }

    /** Second opinion: OSHI reads the same host by other code, and is the source on systems without procfs. */
    @Test
    void host_comparedToOshi_isEqual() throws Exception {
        try (HostCollector proc = new HostCollector(
                        new HostOptions(Path.of("/proc"), Path.of("/sys"), directory, false, Set.of()),
                        new LibcFileSystems(),
                        new LibcKernelClock(),
                        Ticker.system(),
                        Clock.systemUTC(),
                        new LibcLocalZones());
                HostCollector oshi = HostCollector.overOshi(Ticker.system(), Clock.systemUTC())) {
            // Its version and uname's differ in form. A file system may be mounted twice, of which OSHI reports one.
            Compared compared = compare(
                    () -> ours(proc),
                    oshi,
                    series -> !series.startsWith("node_uname_info") && !series.startsWith("node_scrape_collector_"),
                    false);

            assertThat(compared.own().types().keySet())
                    .contains(
                            "node_cpu_seconds_total",
                            "node_boot_time_seconds",
                            "node_context_switches_total",
                            "node_load1",
                            "node_load15",
                            "node_memory_MemTotal_bytes",
                            "node_memory_MemAvailable_bytes",
                            "node_memory_SwapFree_bytes",
                            "node_network_receive_bytes_total",
                            "node_filesystem_avail_bytes",
                            "node_filesystem_files",
                            "node_uname_info",
                            "node_time_seconds");
            assertThat(compared.own().values())
                    .containsEntry("node_scrape_collector_success{collector=cpu}", 1.0)
                    .containsEntry("node_scrape_collector_success{collector=filesystem}", 1.0)
                    .hasSizeGreaterThan(60);
        }
    }

    /** Second opinion on the metrics of a process: this one. */
    @Test
    void process_comparedToOshi_isEqual() {
        int pid = (int) ProcessHandle.current().pid();
        OSProcess before = process(pid);
        Map<String, Double> own = new TreeMap<>();
        new StandardExports()
                .collect()
                .forEach(family -> family.samples.forEach(sample -> own.put(sample.name, sample.value)));
        OSProcess after = process(pid);

        assertThat(own.get("process_cpu_seconds_total")).isBetween(cpuSeconds(before) - 0.1, cpuSeconds(after) + 0.1);
        assertThat(own.get("process_start_time_seconds")).isCloseTo(before.getStartTime() / 1e3, within(1.5));
        assertThat(own.get("process_resident_memory_bytes"))
                .isCloseTo(before.getResidentMemory(), withinPercentage(20));
        assertThat(own.get("process_open_fds")).isCloseTo(before.getOpenFiles(), within(20.0));
    }

    private static OSProcess process(int pid) {
        return Objects.requireNonNull(
                new SystemInfo().getOperatingSystem().getProcess(pid), "OSHI finds no process " + pid);
    }

    private static double cpuSeconds(OSProcess process) {
        return (process.getUserTime() + process.getKernelTime()) / 1e3;
    }

    /** Text files, one of them incomplete. */
    private Path textFiles() throws IOException {
        Path files = Files.createDirectory(directory.resolve("textfile"));
        Files.writeString(files.resolve("apt.prom"), """
                # HELP apt_upgrades_pending Packages to upgrade, by origin
                # TYPE apt_upgrades_pending gauge
                apt_upgrades_pending{arch="amd64",origin="Debian \\"x\\" \\\\ \\n"} 3
                job_runs_total 7
                # TYPE job_seconds histogram
                job_seconds_bucket{le="1"} 2
                job_seconds_bucket{le="+Inf"} 3
                job_seconds_sum 4.5
                job_seconds_count 3
                """);
        Files.writeString(files.resolve("partial.prom"), "partial_value 1");
        return files;
    }

    @Test
    void redis_comparedToRedisExporter_isEqual() throws Exception {
        try (RedisServer server = RedisServer.start(directory, "--enable-debug-command", "yes");
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
                            directory,
                            "prometheus-redis-exporter",
                            "-web.listen-address",
                            "-redis.addr=" + server.url(),
                            "-include-system-metrics",
                            "-check-single-streams=osint:updates");
                    RedisCollector redis =
                            RedisCollector.over(access.link("test"), List.of("osint:updates"), Clock.systemUTC())) {
                ours(redis);
                peer.scrape();
                // The peer opens a connection for each scrape, this exporter keeps one: the clients differ by that one.
                Compared compared = compare(peer, redis, series -> !series.startsWith("redis_connected_clients"));
                ParityList.read("redis_exporter")
                        .check(
                                compared.own().types().keySet(),
                                compared.peer().types().keySet());
                assertThat(compared.own().values()).hasSizeGreaterThan(60);
            }
        }
    }

    @Test
    void redisMasterAndReplica_comparedToRedisExporter_areEqual() throws Exception {
        Path second = Files.createDirectory(directory.resolve("replica"));
        try (RedisServer master = RedisServer.start(directory);
                RedisServer replica =
                        RedisServer.start(second, "--replicaof", "127.0.0.1", Integer.toString(master.port()))) {
            while (!master.command("WAIT", "1", "100").equals(":1")) {
                Thread.sleep(20);
            }
            Scrape ofMaster = compareServer(master);
            assertThat(ofMaster.types()).containsKeys("redis_connected_slave_offset_bytes");
            Scrape ofReplica = compareServer(replica);
            assertThat(ofReplica.types())
                    .containsKeys("redis_master_last_io_seconds_ago", "redis_slave_repl_offset", "redis_slave_info");
        }
    }

    @Test
    void redisSentinel_comparedToRedisExporter_isEqual() throws Exception {
        Path second = Files.createDirectory(directory.resolve("sentinel"));
        try (RedisServer master = RedisServer.start(directory);
                RedisServer sentinel = RedisServer.sentinel(second, master)) {
            assertThat(compareServer(sentinel).types())
                    .containsKeys("redis_sentinel_masters", "redis_sentinel_master_status");
        }
    }

    /** This exporter's metrics of a server, all equal to the peer's. */
    private Scrape compareServer(RedisServer server) throws Exception {
        try (RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)));
                PeerExporter peer = PeerExporter.start(
                        directory,
                        "prometheus-redis-exporter",
                        "-web.listen-address",
                        "-redis.addr=" + server.url(),
                        "-include-system-metrics");
                RedisCollector redis = RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC())) {
            ours(redis);
            peer.scrape();
            Compared compared = compare(peer, redis, series -> !series.startsWith("redis_connected_clients"));
            ParityList.read("redis_exporter")
                    .check(
                            compared.own().types().keySet(),
                            compared.peer().types().keySet());
            return compared.own();
        }
    }

    @Test
    void redisCluster_comparedToRedisExporter_isEqual() throws Exception {
        try (RedisServer server = RedisServer.startCluster(directory);
                RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)));
                PeerExporter peer = PeerExporter.start(
                        directory, "prometheus-redis-exporter", "-web.listen-address", "-redis.addr=" + server.url());
                RedisCollector redis = RedisCollector.over(access.link("test"), List.of(), Clock.systemUTC())) {
            Predicate<String> clusters = series -> series.startsWith("redis_cluster_");
            Compared compared = compare(peer, redis, clusters);
            Scrape own = compared.own();
            ParityList.read("redis_exporter")
                    .check(own.types().keySet(), compared.peer().types().keySet());
            assertThat(own.values().keySet().stream().filter(clusters)).hasSizeGreaterThan(10);
            assertThat(own.values()).containsEntry("redis_cluster_slots_ok{}", 16384.0);
        }
    }

    /** The last scrapes of a comparison that found no difference. */
    private record Compared(Scrape own, Scrape peer) {}

    /**
     * Scrapes this exporter between two scrapes of the peer. On a busy machine a value may rise and fall between these, so a difference
     * counts when it is there in every round.
     */
    private static Compared compare(PeerExporter peer, Collector collector, Predicate<String> compared)
            throws Exception {
        return compare(peer::scrape, collector, compared, true);
    }

    /** @param complete whether each of the peer's series of a common metric must be here */
    private static Compared compare(
            Callable<Scrape> peer, Collector collector, Predicate<String> compared, boolean complete) throws Exception {
        Map<String, String> lasting = Map.of();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Scrape before = peer.call();
            Scrape own = withoutLaterLabels(ours(collector), before);
            Scrape after = peer.call();
            Map<String, String> found = differences(own, before, after, compared);
            if (!complete) {
                found.values().removeIf(difference -> difference.endsWith(": only theirs"));
            }
            if (round > 0) {
                found.keySet().retainAll(lasting.keySet());
            }
            if (found.isEmpty()) {
                return new Compared(own, before);
            }
            lasting = found;
        }
        throw new AssertionError("different in each of " + MAX_ROUNDS + " rounds: " + lasting.values());
    }

    /** Without a label that redis_exporter has from 1.51 on, if the peer is older. */
    private static Scrape withoutLaterLabels(Scrape own, Scrape peer) {
        if (peer.values().keySet().stream().anyMatch(series -> series.contains("master_replid="))) {
            return own;
        }
        Map<String, Double> values = new LinkedHashMap<>();
        own.values().forEach((series, value) -> values.put(series.replaceFirst("master_replid=\\w+, ", ""), value));
        return new Scrape(own.types(), values);
    }

    /** What differs, by series or metric. */
    private static Map<String, String> differences(
            Scrape own, Scrape before, Scrape after, Predicate<String> compared) {
        Map<String, String> found = new TreeMap<>();
        own.types().forEach((name, type) -> {
            String theirs = before.types().get(name);
            if (theirs != null && !theirs.equals(type) && !intended(name, type, theirs)) {
                found.put(name, name + ": type " + type + ", theirs " + theirs);
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
                found.put(series.getKey(), series.getKey() + ": only here");
            } else if (!movedByPolling(series.getKey()) && !explained(type, series.getValue(), low, high)) {
                found.put(
                        series.getKey(),
                        series.getKey() + ": " + series.getValue() + ", theirs " + low + " then " + high);
            }
        }
        before.values().keySet().stream()
                .filter(series -> own.types().containsKey(Scrape.name(series)))
                .filter(compared)
                .filter(series -> !own.values().containsKey(series))
                .forEach(series -> found.put(series, series + ": only theirs"));
        return found;
    }

    /**
     * A counter whose name OpenMetrics does not permit is untyped here; one counter is a gauge in redis_exporter before
     * 1.46.
     */
    private static boolean intended(String name, String type, String theirs) {
        return (theirs.equals("counter") && type.equals("untyped") && !name.endsWith("_total"))
                || name.equals("redis_expired_time_cap_reached_total");
    }

    /** Latencies of commands and buffers of connections of the exporters themselves vary with every scrape. */
    private static boolean movedByPolling(String series) {
        return (series.startsWith("redis_latency_percentiles_usec{") && !series.contains("cmd=set,"))
                || series.startsWith("redis_memory_used_dataset_bytes")
                || series.startsWith("redis_mem_clients_normal")
                || series.startsWith("redis_client_recent_max_");
    }

    /** A counter lies between both scrapes of the peer; a gauge lies near them, since it may vary in between. */
    private static boolean explained(String type, double value, double before, double after) {
        double low = Math.min(before, after);
        double high = Math.max(before, after);
        double slack = type.equals("gauge") ? Math.max(2, high * 0.1) : Math.max(0.05, high * 1e-9);
        return value >= low - slack && value <= high + slack;
    }
}
