package io.bev.avatar.bench;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Growth of the exporter's resources over thousands of scrapes while its sources fail and recover. */
final class SoakBenchmark implements Benchmark {

    private static final int SCRAPES_PER_CYCLE = 2000;

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Installation installation = Installation.of(options.root());
        int cycles = Math.max(2, options.scrapes() / SCRAPES_PER_CYCLE);
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            SoakRun.Outcome outcome = SoakRun.run(
                    sandbox,
                    installation,
                    options.root(),
                    options.scrapes(),
                    cycles,
                    options.seed(),
                    EnumSet.allOf(Outage.class),
                    progress);
            SoakRun.Resources first = outcome.first();
            SoakRun.Resources last = outcome.last();
            Map<String, Object> run = new LinkedHashMap<>();
            run.put("cycles", outcome.cycles());
            run.put("seed", options.seed());
            outcome.scrapesByOutage().forEach((outage, count) -> run.put("scrapesShowing." + outage, count));
            run.put("scrapeP50Ms", outcome.millis().median());
            run.put("scrapeP99Ms", outcome.millis().percentile(0.99));
            results.accept(new Measurement("soak.scrapes", outcome.scrapes(), "scrapes", run));
            result(results, "soak.rss.bytes", last.residentBytes(), first.residentBytes(), "bytes");
            if (first.heapBytes().isPresent() && last.heapBytes().isPresent()) {
                result(
                        results,
                        "soak.heap.bytes",
                        last.heapBytes().getAsLong(),
                        first.heapBytes().getAsLong(),
                        "bytes");
            }
            result(results, "soak.threads", last.threads(), first.threads(), "threads");
            result(results, "soak.sockets", last.sockets(), first.sockets(), "sockets");
            result(results, "soak.descriptors", last.descriptors(), first.descriptors(), "files");
        }
    }

    private static void result(Consumer<Measurement> results, String name, double last, double first, String unit) {
        results.accept(new Measurement(name, last, unit, Map.of("afterFirstCycle", first)));
    }
}
