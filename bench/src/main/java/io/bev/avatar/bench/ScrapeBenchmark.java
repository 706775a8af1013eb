package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.HttpProbe;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Cost of a scrape with every collector enabled, compared with node_exporter and redis_exporter together. All three are scraped
 * in turns, as Prometheus does it, so that other load on the machine affects all alike.
 */
final class ScrapeBenchmark implements Benchmark {

    private static final int WARM_UP = 600;
    private static final int SCRAPES_A_ROUND = 100;

    @Override
    public String name() {
        return "scrape";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Path node = peer("prometheus-node-exporter");
        Path redisPeer = peer("prometheus-redis-exporter");
        Installation programs = Installation.of(options.root());
        try (Sandbox bench = new Sandbox(programs, options.folder())) {
            if (bench.redis().isEmpty()) {
                throw missing("redis-server");
            }
            SimulatedGpu gpu =
                    SimulatedGpu.prepare(options.root(), bench.directory().resolve("gpu"));
            progress.accept("scrapes: starting");
            ChildProcess renderer = bench.renderer();
            Contender ours = ours(bench, programs, gpu);
            Contender host =
                    contender(bench, "node_exporter", List.of(node.toString(), "--web.listen-address"), List.of());
            Contender redis = contender(
                    bench,
                    "redis_exporter",
                    List.of(redisPeer.toString(), "-web.listen-address"),
                    List.of("-redis.addr=" + bench.redisUrl()));
            List<Contender> all = List.of(ours, host, redis);
            progress.accept("scrapes: warming up");
            for (int i = 0; i < WARM_UP; i++) {
                for (Contender contender : all) {
                    contender.scrape(bench.web());
                }
            }
            all.forEach(Contender::forget);
            double rendererBefore = renderer.stats().cpuSeconds();
            for (int round = 0; round < options.rounds(); round++) {
                progress.accept("scrapes, round " + (round + 1) + " of " + options.rounds());
                measure(all, bench.web());
            }
            double rendererMillis =
                    (renderer.stats().cpuSeconds() - rendererBefore) * 1e3 / (options.rounds() * SCRAPES_A_ROUND);
            report(ours, host, redis, rendererMillis, results);
        }
    }

    private static void measure(List<Contender> all, HttpProbe web) throws IOException, InterruptedException {
        for (Contender contender : all) {
            contender.roundBegins();
        }
        for (int i = 0; i < SCRAPES_A_ROUND; i++) {
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
        // The renderer's part of a scrape, its own frames included.
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

    private static Contender ours(Sandbox bench, Installation programs, SimulatedGpu gpu)
            throws IOException, InterruptedException {
        int port = bench.freePort();
        ChildProcess exporter =
                bench.exporter(port, programs.archive(programs.exporter()).options(), gpu.exporterEnvironment());
        return ready(bench, "exporter", exporter, port);
    }

    private static Contender contender(Sandbox bench, String name, List<String> listen, List<String> more)
            throws IOException, InterruptedException {
        int port = bench.freePort();
        List<String> command = new ArrayList<>(List.of(listen.get(0), listen.get(1) + "=127.0.0.1:" + port));
        command.addAll(more);
        return ready(bench, name, bench.start(name, command, Map.of()), port);
    }

    private static Contender ready(Sandbox bench, String name, ChildProcess program, int port)
            throws IOException, InterruptedException {
        Contender contender = new Contender(program, "http://127.0.0.1:" + port + "/metrics");
        bench.awaitReady(name, program, () -> bench.web().answers(contender.url));
        return contender;
    }

    private static Path peer(String name) throws LaunchException {
        return Installation.find(name).orElseThrow(() -> missing(name));
    }

    private static LaunchException missing(String name) {
        return new LaunchException(
                ExitCodes.UNAVAILABLE,
                "bench scrape compares with " + name
                        + ", which is not installed: apt-get install --no-install-recommends " + name);
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
            cpuMillis.add((program.stats().cpuSeconds() - cpuBefore) * 1e3 / SCRAPES_A_ROUND);
        }

        void forget() {
            wallMillis = new Samples();
            cpuMillis = new Samples();
        }
    }
}
