package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.cds.TrainingRun;
import io.bev.avatar.common.bench.Measurement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Start-up time from process start: of the renderer until the first frame, when {@code /health/ready} succeeds, and of the
 * exporter until the first successful scrape. Alternates between starts with and without class archives.
 */
final class StartBenchmark implements Benchmark {

    @Override
    public String name() {
        return "start";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        Installation installation = Installation.of(options.root());
        TrainingRun training = new TrainingRun(installation);
        if (!training.isFresh()) {
            progress.accept("training run for the class archives");
            training.run();
        }
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            sandbox.redis();
            renderer(sandbox, installation, options, Optional.empty(), "start.first_frame.seconds", progress, results);
            if (options.model().isPresent()) {
                renderer(
                        sandbox,
                        installation,
                        options,
                        options.model(),
                        "start.first_frame.model.seconds",
                        progress,
                        results);
            }
            exporter(sandbox, installation, options, progress, results);
        }
    }

    private static void renderer(
            Sandbox sandbox,
            Installation installation,
            Options options,
            Optional<Path> model,
            String name,
            Consumer<String> progress,
            Consumer<Measurement> results)
            throws IOException, InterruptedException {
        List<String> archive = installation.archive(installation.renderer()).options();
        Map<String, String> environment = model.<Map<String, String>>map(
                        file -> Map.of("BEV_AVATAR_MODEL", file.toString()))
                .orElse(Map.of());
        Starts with = new Starts();
        Starts without = new Starts();
        for (int round = 0; round < options.rounds(); round++) {
            progress.accept("start of the renderer, " + (round + 1) + " of " + options.rounds());
            for (Starts starts : List.of(with, without)) {
                ChildProcess renderer = sandbox.renderer(starts == with ? archive : List.of(), environment);
                starts.add(sandbox.readyNanos("renderer"), renderer);
                renderer.stop();
            }
        }
        results.accept(with.result(name, without, model.map(Path::toString).orElse("built-in")));
    }

    private static void exporter(
            Sandbox sandbox,
            Installation installation,
            Options options,
            Consumer<String> progress,
            Consumer<Measurement> results)
            throws IOException, InterruptedException {
        ChildProcess renderer = sandbox.renderer();
        List<String> archive = installation.archive(installation.exporter()).options();
        Starts with = new Starts();
        Starts without = new Starts();
        for (int round = 0; round < options.rounds(); round++) {
            progress.accept("start of the exporter, " + (round + 1) + " of " + options.rounds());
            for (Starts starts : List.of(with, without)) {
                int port = sandbox.freePort();
                ChildProcess exporter = sandbox.exporter(port, starts == with ? archive : List.of(), Map.of());
                String metrics = "http://127.0.0.1:" + port + "/metrics";
                long nanos = sandbox.awaitReady(
                        "exporter", exporter, () -> sandbox.web().answers(metrics));
                starts.add(nanos, exporter);
                exporter.stop();
            }
        }
        renderer.stop();
        results.accept(with.result("start.first_scrape.seconds", without, "all collectors"));
    }

    /** Starts with or without class archive. */
    private static final class Starts {

        private final Samples wall = new Samples();
        private final Samples cpu = new Samples();

        void add(long nanos, ChildProcess program) throws IOException {
            wall.add(nanos * 1e-9);
            cpu.add(program.stats().cpuSeconds());
        }

        Measurement result(String name, Starts without, String subject) {
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("of", subject);
            details.put("starts", wall.count());
            details.put("fastest", wall.percentile(0));
            details.put("slowest", wall.percentile(1));
            details.put("cpuSeconds", cpu.median());
            details.put("withoutArchive", without.wall.median());
            details.put("cpuSecondsWithoutArchive", without.cpu.median());
            return new Measurement(name, wall.median(), "s", details);
        }
    }
}
