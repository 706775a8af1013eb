package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.MeasurementPrinter;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.renderer.bench.BackendBenchmark;
import io.bev.avatar.renderer.bench.BenchOptions;
import io.bev.avatar.splat.raster.cuda.CudaException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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

/** {@code bench}: benchmarks rendering on this machine. */
@Command(
        name = "bench",
        sortOptions = false,
        description = "Benchmarks rendering on this machine and prints the results.",
        footer = {
            "",
            "Exit codes: 0 success, 64 usage error, 66 model unusable, 69 backend unavailable, 70 internal error."
        })
public final class RenderBenchCommand implements Callable<Integer> {

    private final List<BackendBenchmark> benchmarks;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Benchmark to run (default: all).")
    private @Nullable String name;

    @Option(names = "--json", description = "Print one JSON object per line instead of a table.")
    private boolean asJson;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Avatar file to measure (default: the built-in avatar).")
    private @Nullable Path model;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Rendering backend: cpu or cuda (default: ${DEFAULT-VALUE}).")
    private String backend = "cpu";

    @Option(names = "--threads", paramLabel = "N", description = "Rendering threads (default: one per core).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Measuring time per value in seconds, after a warm-up of the same length (default: 4).")
    private double seconds = 4;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    boolean helpRequested;

    /** @param benchmarks the available benchmarks, in the order in which they run */
    public RenderBenchCommand(List<BackendBenchmark> benchmarks) {
        this.benchmarks = List.copyOf(benchmarks);
    }

    @Override
    public Integer call() {
        List<BackendBenchmark> chosen = chosen();
        BenchOptions options = options();
        MeasurementPrinter printer = new MeasurementPrinter(
                spec().commandLine().getOut(), spec().commandLine().getErr(), asJson);
        printer.print(HostDescription.describe());
        for (BackendBenchmark benchmark : chosen) {
            try {
                benchmark.run(options, printer::measuring, printer::print);
            } catch (IOException e) {
                return fail(printer, ExitCodes.NO_INPUT, e);
            } catch (CudaException | IllegalStateException e) {
                if (!benchmark.backend().equals("cuda")) {
                    throw e;
                }
                return fail(printer, ExitCodes.UNAVAILABLE, e);
            }
        }
        return ExitCodes.OK;
    }

    private static int fail(MeasurementPrinter printer, int code, Exception e) {
        printer.message("bench: " + e.getMessage());
        return code;
    }

    private List<BackendBenchmark> chosen() {
        List<BackendBenchmark> served =
                benchmarks.stream().filter(b -> b.backend().equals(backend)).toList();
        if (served.isEmpty()) {
            throw usage("--backend '" + backend + "': expected cpu or cuda");
        }
        if (name == null) {
            return served;
        }
        List<BackendBenchmark> chosen =
                served.stream().filter(b -> b.name().equals(name)).toList();
        if (chosen.isEmpty()) {
            String known = served.stream().map(BackendBenchmark::name).collect(Collectors.joining(", "));
            throw usage(
                    "unknown benchmark '" + name + "': expected one of " + known + "; ./avatar bench --help lists all");
        }
        return chosen;
    }

    private BenchOptions options() {
        if (threads < 1 || threads > 1024) {
            throw usage("--threads " + threads + ": expected 1 to 1024");
        }
        if (!(seconds >= 0.01 && seconds <= 3600)) {
            throw usage("--seconds " + seconds + ": expected 0.01 to 3600");
        }
        return new BenchOptions(Optional.ofNullable(model), threads, Duration.ofNanos((long) (seconds * 1e9)));
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "set by the parser");
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }
}
