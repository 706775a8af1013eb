package io.bev.avatar.bench;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: the launcher's benchmarks, and the renderer's, which run in the renderer. */
@Command(
        name = "bench",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Measures whole services on this machine and prints the numbers. Without NAME: render, start, scrape, observer.",
            "",
            "  render    rendering speed; see bench render --help",
            "  start     process start to first frame, and to first scrape",
            "  scrape    a scrape's time and memory, beside node_exporter and redis_exporter",
            "  observer  the time of a frame with scrapes over the same without",
            "  soak      10,000 scrapes, while Redis, renderer and GPU go and come back",
            ""
        },
        footer = {"", "Exit codes: 0 done, 64 wrong usage, 69 something is missing, 70 a service failed."})
public final class BenchCommand implements Callable<Integer> {

    private static final String SOAK = "soak";

    @Option(names = "--root", hidden = true, defaultValue = ".", description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path root;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One benchmark.")
    private @Nullable String name;

    @Option(names = "--json", description = "One JSON object a line instead of a table.")
    private boolean asJson;

    @Option(names = "--model", paramLabel = "FILE", description = "Avatar to measure beside the built-in one.")
    private @Nullable Path model;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How often start, scrape and observer repeat their measurement (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--scrapes",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many scrapes soak makes (default: ${DEFAULT-VALUE}).")
    private int scrapes;

    @Spec
    private @Nullable CommandSpec spec;

    private final List<Benchmark> benchmarks =
            List.of(new StartBenchmark(), new ScrapeBenchmark(), new ScrapeOverheadBenchmark(), new SoakBenchmark());
    private final PrintStream out;
    private final PrintStream err;

    public BenchCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Benchmark> chosen = chosen();
        try {
            Benchmark.Options options = options();
            if (name != null) {
                print(HostDescription.describe());
            }
            for (Benchmark benchmark : chosen) {
                benchmark.run(options, this::progress, this::print);
            }
            return 0;
        } catch (LaunchException e) {
            err.println("bench: " + e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            err.println("bench: " + e.getMessage());
            return ExitCodes.SOFTWARE;
        }
    }

    private List<Benchmark> chosen() {
        List<Benchmark> chosen = benchmarks.stream()
                .filter(b -> name == null ? !b.name().equals(SOAK) : b.name().equals(name))
                .toList();
        if (chosen.isEmpty()) {
            String known = benchmarks.stream().map(Benchmark::name).collect(Collectors.joining(", "));
            throw usage("no benchmark '" + name + "': expected one of " + known);
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
        Path file = model;
        if (file != null && !Files.isReadable(file)) {
            throw usage("--model " + file + ": no such readable file");
        }
        Path folder = Files.createDirectories(root.resolve(".run"));
        return new Benchmark.Options(
                root, folder, Optional.ofNullable(file).map(Path::toAbsolutePath), rounds, scrapes);
    }

    private void progress(String line) {
        err.println("measuring " + line + " ...");
        err.flush();
    }

    private void print(Measurement result) {
        out.println(asJson ? result.json() : result.text());
        out.flush();
    }

    private ParameterException usage(String message) {
        return new ParameterException(
                Objects.requireNonNull(spec, "set by the parser").commandLine(), message);
    }
}
