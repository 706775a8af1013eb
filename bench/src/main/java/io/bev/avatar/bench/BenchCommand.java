package io.bev.avatar.bench;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.bench.MeasurementPrinter;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: benchmarks of whole services. */
@Command(
        name = "bench",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Run benchmarks on this machine and print the results. Without NAME: render, start, scrape, observer.",
            "",
            "  render    rendering speed; see bench render --help; with --docs beside other viewers",
            "  emotions  sheets for a blind test of emotions; see bench emotions --help",
            "  start     time from process start to the first frame and the first scrape",
            "  scrape    duration, CPU time and memory of a scrape, beside other exporters",
            "  observer  frame time with scrapes relative to frame time without",
            "  stream    50 and 200 viewers, 50 of video: frame age and rate, bytes, CPU",
            "  speech    lips against sound in Chromium, first sound, interrupts, drift",
            "  updates   frame time with 1,000 events per second relative to without",
            "  soak      10,000 scrapes while GPU, Redis, renderer and host fail",
            "  faults    updates lost in 1,000 kills of renderer and Redis or power cuts",
            "  fuzz      damaged inputs for all parsers; see bench fuzz --help",
            "  detect    time from a fault to its alert; see bench detect --help",
            "  fleet     one Prometheus with many simulated hosts; see bench fleet --help",
            ""
        },
        footer = {"", "Exit codes: 0 success, 64 usage error, 69 a dependency is missing, 70 a service failed."})
public final class BenchCommand implements Callable<Integer> {

    /** Benchmarks that run only if named: they take long. */
    private static final Set<String> NAMED_ONLY = Set.of("render", "stream", "speech", "updates", "soak", "faults");

    @Option(names = "--root", hidden = true, defaultValue = ".", description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path root;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Benchmark to run.")
    private @Nullable String name;

    @Option(names = "--json", description = "Print one JSON object per line instead of a table.")
    private boolean asJson;

    @Option(names = "--docs", description = "Write the results of stream or render into docs/benchmarks/NAME.md.")
    private boolean docs;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Avatar file to measure in addition to the built-in avatar.")
    private @Nullable Path model;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "Repetitions of start, scrape, observer and updates, seconds of stream and of each value of render, tenths of a minute of speech"
                            + " (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--scrapes",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Scrapes of soak (default: ${DEFAULT-VALUE}).")
    private int scrapes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of soak and faults (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Times that faults kills the renderer or cuts the power (default: ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--power-cuts",
            description = "faults cuts the power of a disk with a write cache instead of killing processes (root).")
    private boolean powerCuts;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final List<Benchmark> benchmarks = List.of(
            new StartBenchmark(),
            new ScrapeBenchmark(),
            new ScrapeOverheadBenchmark(),
            new RenderComparison(),
            new StreamBenchmark(),
            new SpeechBenchmark(),
            new UpdateLoadBenchmark(),
            new SoakBenchmark(),
            new CrashBenchmark());

    @Override
    public Integer call() throws InterruptedException {
        List<Benchmark> chosen = chosen();
        if (docs && !"stream".equals(name) && !"render".equals(name)) {
            throw usage("--docs: expected with stream or render only");
        }
        if ("render".equals(name) && model == null) {
            throw usage("render --docs: expected --model FILE, a LAM bundle");
        }
        List<Measurement> measured = new ArrayList<>();
        MeasurementPrinter printer = new MeasurementPrinter(
                spec.commandLine().getOut(), spec.commandLine().getErr(), asJson);
        try {
            Benchmark.Options options = options();
            if (name != null) {
                printer.print(HostDescription.describe());
            }
            double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
            for (Benchmark benchmark : chosen) {
                benchmark.run(options, printer::measuring, result -> {
                    printer.print(result);
                    measured.add(result);
                });
            }
            if (docs) {
                LocalDate today = LocalDate.now(ZoneOffset.UTC);
                String machine = HostDescription.sentence();
                Files.writeString(
                        root.resolve("docs/benchmarks/" + name + ".md"),
                        "render".equals(name)
                                ? RenderPage.of(measured, rounds, machine, load, today)
                                : StreamPage.of(measured, rounds, machine, load, today));
            }
            return 0;
        } catch (LaunchException e) {
            printer.message("bench: " + e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            printer.message("bench: " + e.getMessage());
            return ExitCodes.SOFTWARE;
        }
    }

    private List<Benchmark> chosen() {
        List<Benchmark> chosen = benchmarks.stream()
                .filter(b ->
                        name == null ? !NAMED_ONLY.contains(b.name()) : b.name().equals(name))
                .toList();
        if (chosen.isEmpty()) {
            String known = benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", "));
            throw usage("unknown benchmark '" + name + "': expected one of " + known);
        }
        return chosen;
    }

    private Benchmark.Options options() throws IOException {
        if (rounds < 1 || rounds > 1000) {
            throw usage("--rounds " + rounds + ": expected 1 to 1000");
        }
        if (scrapes < 100 || scrapes > 10_000_000) {
            throw usage("--scrapes " + scrapes + ": expected 100 to 10000000");
        }
        if (kills < 1 || kills > 1_000_000) {
            throw usage("--kills " + kills + ": expected 1 to 1000000");
        }
        Path file = model;
        if (file != null && !Files.isReadable(file)) {
            throw usage("--model " + file + ": not a readable file");
        }
        Path directory = Files.createDirectories(root.resolve(".run"));
        return new Benchmark.Options(
                root,
                directory,
                Optional.ofNullable(file).map(Path::toAbsolutePath),
                rounds,
                scrapes,
                seed,
                kills,
                powerCuts);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
