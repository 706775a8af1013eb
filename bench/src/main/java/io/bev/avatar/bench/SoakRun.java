package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Soak run: scrapes an exporter while its sources fail and recover, in cycles of all outages in random order, so that a leak
 * shows as growth from the end of the first cycle to the end of the last. No scrape may fail, repeat a series, have values of
 * a failed source, let a counter of CPU time decrease, or show a failure of a source that works.
 */
final class SoakRun {

    /** While frames are late, the exporter reads a GPU less often: values may be 3 s old when a fault shows. */
    private static final long MAX_VALUE_AGE_NANOS = TimeUnit.SECONDS.toNanos(4);

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
     * @param scrapesByOutage number of scrapes that showed each injected outage
     * @param millis wall time of each scrape
     */
    record Outcome(
            int scrapes,
            int cycles,
            Resources first,
            Resources last,
            Map<Outage, Integer> scrapesByOutage,
            Samples millis) {}

    private static final Set<String> SOURCES = Set.of("gpu", "host", "redis", "renderer", "endpoint");

    /** Collectors whose failure must not come from another source; those of HTTP may be late on a busy machine. */
    private static final Set<String> ISOLATED = Set.of("gpu", "host", "redis");

    private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:][^ ]*(?:\\{.*})?) \\S+$");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) ");
    private static final Pattern IDLE =
            Pattern.compile("(?m)^(node_cpu_seconds_total\\{cpu=\"\\d+\",mode=\"idle\",?}) (\\S+)$");

    private final Sandbox sandbox;
    private final SoakSources sources;
    private final ChildProcess exporter;
    private final String metrics;
    private final Random random;
    private final Samples millis = new Samples();
    private final Map<Outage, Integer> shown = new EnumMap<>(Outage.class);

    /** Time of the first scrape that shows the current outage; 0 before. */
    private long firstShownNanos;

    private final Map<String, Double> idle = new HashMap<>();
    private final Set<String> working;

    /** Names of the metrics before the first outage: each must be there again after every outage. */
    private final Set<String> metricNames = new TreeSet<>();

    private SoakRun(Sandbox sandbox, Installation installation, SoakSources sources, long seed)
            throws IOException, InterruptedException {
        this.sandbox = sandbox;
        random = new Random(seed);
        this.sources = sources;
        int port = sandbox.freePort();
        exporter = sandbox.exporter(
                port, installation.archive(installation.exporter()).options(), sources.exporterEnvironment());
        metrics = "http://127.0.0.1:" + port + "/metrics";
        sandbox.awaitReady("exporter", exporter, () -> sandbox.web().answers(metrics));
        working = awaitWorking();
        metricNames.addAll(metricNames(scrape()));
        metricNames.retainAll(metricNames(scrape()));
        // Absent until a client makes an error, also after CONFIG RESETSTAT.
        metricNames.remove("redis_errors_total");
    }

    /** Names of the collectors that work; the first scrapes on a busy machine may be late. */
    private Set<String> awaitWorking() throws IOException, InterruptedException {
        long end = System.nanoTime() + RECOVERY_NANOS;
        Set<String> names = collectors(scrape(), "1.0");
        while (!names.containsAll(SOURCES)) {
            if (System.nanoTime() - end > 0) {
                throw new IOException(
                        "only these collectors work before the first outage: " + names + "; " + exporter.logTail());
            }
            Thread.sleep(PAUSE_MILLIS);
            names = collectors(scrape(), "1.0");
        }
        return names;
    }

    /**
     * Runs the soak test.
     *
     * @param scrapes number of scrapes, at least 40 per cycle
     * @param cycles at least 2
     * @param seed seed of the order of the outages
     * @param outages outages to inject, except those that this machine does not allow
     * @throws IOException when a scrape fails or is wrong, or a source does not recover
     */
    static Outcome run(
            Sandbox sandbox,
            Installation installation,
            Path root,
            int scrapes,
            int cycles,
            long seed,
            Set<Outage> outages,
            Consumer<String> progress)
            throws IOException, InterruptedException, LaunchException {
        try (SoakSources sources = new SoakSources(sandbox, root)) {
            return new SoakRun(sandbox, installation, sources, seed).run(scrapes, cycles, outages, progress);
        }
    }

    private Outcome run(int scrapes, int cycles, Set<Outage> outages, Consumer<String> progress)
            throws IOException, InterruptedException {
        outages.stream().filter(sources::allows).forEach(outage -> shown.put(outage, 0));
        int each = scrapes / cycles / shown.size();
        List<Resources> samples = new ArrayList<>();
        for (int cycle = 1; cycle <= cycles; cycle++) {
            List<Outage> order = new ArrayList<>(shown.keySet());
            Collections.shuffle(order, random);
            for (Outage outage : order) {
                progress.accept("soak, cycle " + cycle + " of " + cycles + ": " + outage);
                sources.begin(outage);
                firstShownNanos = 0;
                Set<String> others = new TreeSet<>(ISOLATED);
                for (int i = 0; i < outage.scrapes(); i++) {
                    others.retainAll(during(outage, scrape()));
                }
                if (!others.isEmpty()) {
                    throw new IOException(
                            "collectors " + others + " failed during " + outage + "; " + exporter.logTail());
                }
                sources.end(outage);
                awaitRecovery(outage);
                for (int i = outage.scrapes(); i < each; i++) {
                    scrape();
                }
            }
            samples.add(samples.isEmpty() ? resources() : settled(samples.get(0)));
        }
        return new Outcome(millis.count(), cycles, samples.get(0), samples.get(samples.size() - 1), shown, millis);
    }

    /** Returns the collectors of other sources that failed; once, they may be late on a busy machine. */
    private Set<String> during(Outage outage, String text) throws IOException {
        if (outage.shownBy(text)) {
            shown.merge(outage, 1, Integer::sum);
            firstShownNanos = firstShownNanos == 0 ? System.nanoTime() : firstShownNanos;
            Optional<String> stale = outage.staleLine(text);
            if (stale.isPresent() && System.nanoTime() - firstShownNanos > MAX_VALUE_AGE_NANOS) {
                throw new IOException("old value during " + outage + ": " + stale.get());
            }
        }
        Set<String> failed = collectors(text, "0.0");
        failed.removeIf(collector -> outage.name().toLowerCase(Locale.ROOT).startsWith(collector));
        return failed;
    }

    private void awaitRecovery(Outage outage) throws IOException, InterruptedException {
        long end = System.nanoTime() + RECOVERY_NANOS;
        String text = scrape();
        Set<String> lost = lost(text);
        while (outage.shownBy(text) || !lost.isEmpty()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("not recovered after " + outage + ", missing collectors and metrics " + lost
                        + "; " + exporter.logTail());
            }
            Thread.sleep(PAUSE_MILLIS);
            text = scrape();
            lost = lost(text);
        }
    }

    /** Collectors that fail, and metrics that are missing, although they worked before the first outage. */
    private Set<String> lost(String text) {
        Set<String> lost = new TreeSet<>(working);
        lost.removeAll(collectors(text, "1.0"));
        Set<String> missing = new TreeSet<>(metricNames);
        missing.removeAll(metricNames(text));
        lost.addAll(missing);
        return lost;
    }

    private static Set<String> metricNames(String text) {
        Set<String> names = new TreeSet<>();
        Matcher type = TYPE.matcher(text);
        while (type.find()) {
            names.add(type.group(1));
        }
        return names;
    }

    /** A scrape that is checked for what must never happen. */
    private String scrape() throws IOException, InterruptedException {
        long start = System.nanoTime();
        HttpResponse<String> answer = answer();
        millis.add((System.nanoTime() - start) * 1e-6);
        String text = answer.body();
        if (answer.statusCode() != 200 || !exporter.isAlive()) {
            throw new IOException("scrape answered with " + answer.statusCode() + "; " + exporter.logTail());
        }
        Set<String> all = new HashSet<>();
        Matcher series = SERIES.matcher(text);
        while (series.find()) {
            if (!all.add(series.group(1))) {
                throw new IOException("series " + series.group(1) + " twice in a scrape");
            }
        }
        Matcher cpu = IDLE.matcher(text);
        while (cpu.find()) {
            double now = Double.parseDouble(cpu.group(2));
            Double before = idle.put(cpu.group(1), now);
            if (before != null && now < before) {
                throw new IOException(cpu.group(1) + " decreased from " + before + " to " + now);
            }
        }
        return text;
    }

    /** Asks twice: the server may close an idle connection while the client uses it again. */
    private HttpResponse<String> answer() throws IOException, InterruptedException {
        try {
            return sandbox.web().get(metrics);
        } catch (IOException e) {
            if (!exporter.isAlive()) {
                throw new IOException("exporter ended; " + exporter.logTail(), e);
            }
            return sandbox.web().get(metrics);
        }
    }

    /** Names of the collectors with that success value. */
    private static Set<String> collectors(String text, String success) {
        Set<String> names = new TreeSet<>();
        text.lines()
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
}
