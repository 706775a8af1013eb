package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Soak run: scrapes an exporter while its sources fail and recover, in cycles of all outages, so that a leak shows as growth from
 * the end of the first cycle to the end of the last.
 */
final class SoakRun {

    private static final long RECOVERY_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final long SETTLING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long PAUSE_MILLIS = 100;

    /**
     * Resources of the exporter.
     *
     * @param heapBytes used heap after a full collection; empty if Java has no jcmd
     * @param niceness lowest niceness of its threads
     */
    record Resources(
            long residentBytes, OptionalLong heapBytes, int threads, int sockets, int descriptors, int niceness) {}

    /**
     * Result.
     *
     * @param first at the end of the first cycle
     * @param last at the end of the last cycle
     * @param noticed outages that were reported by their collector
     * @param millis wall time of each scrape
     */
    record Outcome(int scrapes, int cycles, Resources first, Resources last, Set<Outage> noticed, Samples millis) {}

    private final Sandbox sandbox;
    private final SimulatedGpu gpu;
    private final ChildProcess exporter;
    private final String metrics;
    private final Samples millis = new Samples();
    private final Set<Outage> noticed = EnumSet.noneOf(Outage.class);
    private final Set<String> working;
    private ChildProcess redis;
    private ChildProcess renderer;

    private SoakRun(Sandbox sandbox, Installation installation, Path root)
            throws IOException, InterruptedException, LaunchException {
        this.sandbox = sandbox;
        redis = freshRedis();
        gpu = SimulatedGpu.prepare(root, sandbox.directory().resolve("gpu"));
        renderer = sandbox.renderer();
        int port = sandbox.freePort();
        exporter = sandbox.exporter(
                port, installation.archive(installation.exporter()).options(), gpu.exporterEnvironment());
        metrics = "http://127.0.0.1:" + port + "/metrics";
        sandbox.awaitReady("exporter", exporter, () -> sandbox.web().answers(metrics));
        working = collectors("1.0");
        if (!working.containsAll(Set.of("gpu", "host", "redis", "renderer", "endpoint"))) {
            throw new IOException("only these collectors work before the first outage: " + working);
        }
    }

    /**
     * Runs the soak test.
     *
     * @param scrapes number of scrapes, at least 20 per cycle
     * @param cycles at least 2
     * @throws IOException when a scrape fails or a source does not recover
     */
    static Outcome run(
            Sandbox sandbox, Installation installation, Path root, int scrapes, int cycles, Consumer<String> progress)
            throws IOException, InterruptedException, LaunchException {
        return new SoakRun(sandbox, installation, root).run(scrapes, cycles, progress);
    }

    private Outcome run(int scrapes, int cycles, Consumer<String> progress) throws IOException, InterruptedException {
        int each = scrapes / cycles / Outage.values().length;
        List<Resources> samples = new ArrayList<>();
        for (int cycle = 1; cycle <= cycles; cycle++) {
            for (Outage outage : Outage.values()) {
                progress.accept("soak, cycle " + cycle + " of " + cycles + ": " + outage);
                begin(outage);
                for (int i = 0; i < outage.scrapes(); i++) {
                    if (collectors("0.0").contains(outage.collector())) {
                        noticed.add(outage);
                    }
                }
                end(outage);
                awaitRecovery(outage);
                for (int i = outage.scrapes(); i < each; i++) {
                    timed(() -> sandbox.web().scrape(metrics));
                }
            }
            samples.add(samples.isEmpty() ? resources() : settled(samples.get(0)));
        }
        return new Outcome(millis.count(), cycles, samples.get(0), samples.get(samples.size() - 1), noticed, millis);
    }

    private void begin(Outage outage) throws IOException, InterruptedException {
        switch (outage) {
            case GPU_LOST -> Files.writeString(gpu.scenario(), "nvmlDevice* = error GPU_IS_LOST\n");
            case REDIS_STALLS -> redis.signal("STOP");
            case REDIS_DIES -> redis.kill();
            case RENDERER_STALLS -> renderer.signal("STOP");
            case RENDERER_DIES -> renderer.kill();
        }
    }

    private void end(Outage outage) throws IOException, InterruptedException {
        switch (outage) {
            case GPU_LOST -> Files.writeString(gpu.scenario(), "");
            case REDIS_STALLS -> redis.signal("CONT");
            case REDIS_DIES -> redis = freshRedis();
            case RENDERER_STALLS -> renderer.signal("CONT");
            case RENDERER_DIES -> renderer = sandbox.renderer();
        }
    }

    private ChildProcess freshRedis() throws IOException, InterruptedException {
        return sandbox.redis().orElseThrow(() -> new IOException("redis-server is not installed"));
    }

    private void awaitRecovery(Outage outage) throws IOException, InterruptedException {
        long end = System.nanoTime() + RECOVERY_NANOS;
        Set<String> works = collectors("1.0");
        while (!works.containsAll(working)) {
            if (System.nanoTime() - end > 0) {
                Set<String> lost = new TreeSet<>(working);
                lost.removeAll(works);
                throw new IOException(
                        "collectors not recovered after " + outage + ": " + lost + "; " + exporter.logTail());
            }
            Thread.sleep(PAUSE_MILLIS);
            works = collectors("1.0");
        }
    }

    /** Names of the collectors with that success value in a new scrape. */
    private Set<String> collectors(String success) throws IOException, InterruptedException {
        String[] text = {""};
        timed(() -> text[0] = sandbox.web().get(metrics).body());
        Set<String> names = new TreeSet<>();
        text[0].lines()
                .filter(line -> line.startsWith("avatar_exporter_collector_success{") && line.endsWith(" " + success))
                .forEach(line -> names.add(line.substring(line.indexOf('"') + 1, line.lastIndexOf('"'))));
        return names;
    }

    /** Waits up to a minute until threads and sockets are back to their number before. */
    private Resources settled(Resources before) throws IOException, InterruptedException {
        long end = System.nanoTime() + SETTLING_NANOS;
        Resources now = resources();
        while ((now.threads() > before.threads() || now.sockets() > before.sockets()) && System.nanoTime() - end < 0) {
            Thread.sleep(PAUSE_MILLIS);
            now = resources();
        }
        return now;
    }

    private Resources resources() throws IOException, InterruptedException {
        OptionalLong heap = heapAfterCollection();
        return new Resources(
                exporter.stats().residentBytes(),
                heap,
                exporter.stats().threads(),
                exporter.stats().sockets(),
                exporter.stats().openFiles(),
                exporter.stats().niceness());
    }

    private OptionalLong heapAfterCollection() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return OptionalLong.empty();
        }
        int status = new ProcessBuilder(jcmd.toString(), Long.toString(exporter.pid()), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("jcmd GC.run failed (exit " + status + ")");
        }
        Optional<String> line = sandbox.web()
                .get(metrics)
                .body()
                .lines()
                .filter(sample -> sample.startsWith("jvm_memory_bytes_used{area=\"heap\""))
                .findFirst();
        return line.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of((long)
                        Double.parseDouble(line.get().substring(line.get().lastIndexOf(' ') + 1)));
    }

    /** A scrape. */
    @FunctionalInterface
    private interface Scrape {
        void run() throws IOException, InterruptedException;
    }

    private void timed(Scrape scrape) throws IOException, InterruptedException {
        long start = System.nanoTime();
        scrape.run();
        millis.add((System.nanoTime() - start) * 1e-6);
    }
}
