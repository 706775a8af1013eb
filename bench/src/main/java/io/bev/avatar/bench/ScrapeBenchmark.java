package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.HttpProbe;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cost of a scrape with every collector enabled, compared with node_exporter and redis_exporter together; and of one with the
 * collectors of host and Redis alone, which are what the two read. All three are scraped in turns, as by Prometheus, so that
 * other load affects all equally.
 */
final class ScrapeBenchmark implements Benchmark {

    private static final int WARM_UP = 600;
    private static final int SCRAPES_PER_ROUND = 100;

    /** Query for the collectors that have a peer. */
    private static final String HOST_AND_REDIS = "?collect%5B%5D=host&collect%5B%5D=redis";

    private static final Pattern DURATION = Pattern.compile(
            "(?m)^(avatar_exporter|node_scrape)_collector_duration_seconds" + "\\{collector=\"(\\w+)\",?} (\\S+)$");

    @Override
    public String name() {
        return "scrape";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Path node = peer("prometheus-node-exporter");
        Path redisPeer = peer("prometheus-redis-exporter");
        Installation installation = Installation.of(options.root());
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            if (sandbox.redis().isEmpty()) {
                throw missing("redis-server");
            }
            SimulatedGpu gpu =
                    SimulatedGpu.prepare(options.root(), sandbox.directory().resolve("gpu"));
            progress.accept("scrapes: starting");
            ChildProcess renderer = sandbox.renderer();
            Contender ours = ours(sandbox, installation, gpu);
            Contender host =
                    contender(sandbox, "node_exporter", List.of(node.toString(), "--web.listen-address"), List.of());
            Contender redis = contender(
                    sandbox,
                    "redis_exporter",
                    List.of(redisPeer.toString(), "-web.listen-address"),
                    // What this exporter reads without being asked.
                    List.of(
                            "-redis.addr=" + sandbox.redisUrl(),
                            "-include-system-metrics",
                            "-check-single-streams=" + RedisKeys.STATE_UPDATES + "," + RedisKeys.OSINT_UPDATES));
            Contender both = new Contender(ours.program, ours.url + HOST_AND_REDIS);
            List<Contender> all = List.of(ours, host, redis);
            progress.accept("scrapes: warming up");
            for (int i = 0; i < WARM_UP; i++) {
                for (Contender contender : all) {
                    contender.scrape(sandbox.web());
                }
            }
            all.forEach(Contender::reset);
            double rendererSeconds = 0;
            for (int round = 0; round < options.rounds(); round++) {
                progress.accept("scrapes, round " + (round + 1) + " of " + options.rounds());
                double before = renderer.stats().cpuSeconds();
                measure(all, sandbox.web());
                rendererSeconds += renderer.stats().cpuSeconds() - before;
                measure(List.of(both), sandbox.web());
            }
            double rendererMillis = rendererSeconds * 1e3 / (options.rounds() * SCRAPES_PER_ROUND);
            report(ours, host, redis, rendererMillis, results);
            reportPart(both, host, redis, results);
            reportCollectors(ours, sandbox.web(), results);
        }
    }

    /** Median duration of each collector, and of each part of the host collector, as the exporter reports it. */
    private static void reportCollectors(Contender ours, HttpProbe web, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        Map<String, Samples> millis = new TreeMap<>();
        for (int i = 0; i < SCRAPES_PER_ROUND; i++) {
            Matcher duration = DURATION.matcher(web.get(ours.url).body());
            while (duration.find()) {
                String name = (duration.group(1).startsWith("node") ? "host." : "") + duration.group(2);
                millis.computeIfAbsent(name, first -> new Samples()).add(Double.parseDouble(duration.group(3)) * 1e3);
            }
        }
        millis.forEach((name, samples) ->
                results.accept(new Measurement("scrape.collector." + name, samples.median(), "ms", Map.of())));
    }

    private static void measure(List<Contender> all, HttpProbe web) throws IOException, InterruptedException {
        for (Contender contender : all) {
            contender.roundBegins();
        }
        for (int i = 0; i < SCRAPES_PER_ROUND; i++) {
            for (Contender contender : all) {
                contender.scrape(web);
            }
        }
        for (Contender contender : all) {
            contender.roundEnds();
        }
    }

    private static void report(
            Contender ours, Contender host, Contender redis, double rendererMillis, Consumer<Measurement> results)
            throws IOException {
        Map<String, Object> wall = new LinkedHashMap<>();
        wall.put("oursMs", ours.wallMillis.median());
        wall.put("oursP99Ms", ours.wallMillis.percentile(0.99));
        wall.put("nodeExporterMs", host.wallMillis.median());
        wall.put("redisExporterMs", redis.wallMillis.median());
        wall.put("scrapes", ours.wallMillis.count());
        wall.put("oursBytes", ours.bytes);
        wall.put("peersBytes", host.bytes + redis.bytes);
        results.accept(new Measurement(
                "scrape.wall.ratio",
                ours.wallMillis.median() / (host.wallMillis.median() + redis.wallMillis.median()),
                "ratio",
                wall));
        Map<String, Object> cpu = new LinkedHashMap<>();
        cpu.put("oursMs", ours.cpuMillis.median());
        cpu.put("nodeExporterMs", host.cpuMillis.median());
        cpu.put("redisExporterMs", redis.cpuMillis.median());
        cpu.put("rounds", ours.cpuMillis.count());
        // CPU time of the renderer per scrape, including its frames.
        cpu.put("rendererMs", rendererMillis);
        results.accept(new Measurement(
                "scrape.cpu.ratio",
                ours.cpuMillis.median() / (host.cpuMillis.median() + redis.cpuMillis.median()),
                "ratio",
                cpu));
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("nodeExporterBytes", host.program.stats().residentBytes());
        memory.put("redisExporterBytes", redis.program.stats().residentBytes());
        memory.put("scrapes", ours.scrapes);
        results.accept(new Measurement("scrape.rss.bytes", ours.program.stats().residentBytes(), "bytes", memory));
    }

    /** The collectors that have a peer, without those of GPU, renderer, services and agents. */
    private static void reportPart(Contender both, Contender host, Contender redis, Consumer<Measurement> results) {
        results.accept(new Measurement(
                "scrape.host_and_redis.wall.ratio",
                both.wallMillis.median() / (host.wallMillis.median() + redis.wallMillis.median()),
                "ratio",
                Map.of("oursMs", both.wallMillis.median(), "oursBytes", both.bytes)));
        results.accept(new Measurement(
                "scrape.host_and_redis.cpu.ratio",
                both.cpuMillis.median() / (host.cpuMillis.median() + redis.cpuMillis.median()),
                "ratio",
                Map.of("oursMs", both.cpuMillis.median())));
    }

    private static Contender ours(Sandbox sandbox, Installation installation, SimulatedGpu gpu)
            throws IOException, InterruptedException {
        int port = sandbox.freePort();
        ChildProcess exporter = sandbox.exporter(
                port, installation.archive(installation.exporter()).options(), gpu.exporterEnvironment());
        return ready(sandbox, "exporter", exporter, port);
    }

    private static Contender contender(Sandbox sandbox, String name, List<String> listen, List<String> more)
            throws IOException, InterruptedException {
        int port = sandbox.freePort();
        List<String> command = new ArrayList<>(List.of(listen.get(0), listen.get(1) + "=127.0.0.1:" + port));
        command.addAll(more);
        return ready(sandbox, name, sandbox.start(name, command, Map.of()), port);
    }

    private static Contender ready(Sandbox sandbox, String name, ChildProcess program, int port)
            throws IOException, InterruptedException {
        Contender contender = new Contender(program, "http://127.0.0.1:" + port + "/metrics");
        sandbox.awaitReady(name, program, () -> sandbox.web().answers(contender.url));
        return contender;
    }

    private static Path peer(String name) throws LaunchException {
        return Installation.find(name).orElseThrow(() -> missing(name));
    }

    private static LaunchException missing(String name) {
        return new LaunchException(
                ExitCodes.UNAVAILABLE, name + " is not installed; run apt-get install --no-install-recommends " + name);
    }

    /** One exporter and the cost of its scrapes. */
    private static final class Contender {

        private final ChildProcess program;
        private final String url;
        private Samples wallMillis = new Samples();
        private Samples cpuMillis = new Samples();
        private double cpuBefore;
        private int scrapes;
        private int bytes;

        Contender(ChildProcess program, String url) {
            this.program = program;
            this.url = url;
        }

        void scrape(HttpProbe web) throws IOException, InterruptedException {
            long start = System.nanoTime();
            bytes = web.scrape(url);
            wallMillis.add((System.nanoTime() - start) * 1e-6);
            scrapes++;
        }

        void roundBegins() throws IOException {
            cpuBefore = program.stats().cpuSeconds();
        }

        void roundEnds() throws IOException {
            cpuMillis.add((program.stats().cpuSeconds() - cpuBefore) * 1e3 / SCRAPES_PER_ROUND);
        }

        void reset() {
            wallMillis = new Samples();
            cpuMillis = new Samples();
        }
    }
}
