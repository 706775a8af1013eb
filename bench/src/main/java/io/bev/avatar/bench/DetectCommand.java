package io.bev.avatar.bench;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.MeasurementPrinter;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench detect}: the detection matrix. */
@Command(
        name = "detect",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Inject faults into a running stack and measure which alerts they raise, how soon, and when these are"
                    + " resolved.",
            "The stack has its own directory and ports and a simulated GPU; times in the rules are a tenth. Takes 30"
                    + " min."
        },
        footer = {
            "",
            "Exit codes: 0 every fault raised its alerts and no unrelated ones, 1 otherwise, 64 usage error,"
                    + " 69 a dependency is missing."
        })
public final class DetectCommand implements Callable<Integer> {

    private static final Duration ALERT_TIMEOUT = Duration.ofMinutes(6);
    private static final int NOT_AS_EXPECTED = 1;

    @Option(names = "--root", hidden = true, required = true, description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: required
    private Path root;

    @Option(names = "--json", description = "Print one JSON object per line instead of a table.")
    private boolean json;

    @Option(names = "--docs", description = "Write the table into docs/detection.md.")
    private boolean docs;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "FAULT",
            description = "Faults to inject, separated by commas (default: all). An unknown name lists all.")
    private @Nullable Set<String> only;

    @Option(
            names = "--hold",
            defaultValue = "40",
            paramLabel = "S",
            description = "Minimum duration of each fault in seconds, to catch unrelated alerts (default: 40).")
    private int holdSeconds;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (holdSeconds < 0 || holdSeconds > 600) {
            throw new ParameterException(spec.commandLine(), "--hold " + holdSeconds + ": expected 0 to 600");
        }
        Set<String> names = chosen();
        MeasurementPrinter printer = printer();
        List<Detection> detections = new ArrayList<>();
        RunDirectory directory = RunDirectory.fresh(root, "detect");
        LoopbackDisk disk = LoopbackDisk.mount(
                directory.path().resolve("small-disk.img"), directory.path().resolve("state"));
        try (FaultStack stack = FaultStack.start(root, directory.path(), disk)) {
            Thread hook = RunDirectory.closeOnExit(stack);
            printer.print(HostDescription.describe());
            FaultInjector run = new FaultInjector(
                    stack.stack(),
                    new AlertView(
                            stack.client(),
                            stack.stack().prometheus(),
                            stack.stack().redisPort()),
                    Ticker.system(),
                    Duration.ofSeconds(holdSeconds),
                    ALERT_TIMEOUT);
            List<Fault> faults = stack.faults().stream()
                    .filter(fault -> names.contains(fault.name()))
                    .toList();
            run.awaitHeartbeat();
            for (Fault fault : faults) {
                printer.message(fault.name() + ": " + fault.how());
                Detection detection = run.run(fault);
                detections.add(detection);
                DetectionTable.lines(List.of(detection)).forEach(printer::print);
                report(printer, detection);
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        if (docs) {
            Path page = root.resolve("docs/detection.md");
            Path rules = root.resolve("alerting-rules");
            DetectionTable table = new DetectionTable(
                    RuleTimes.read(rules),
                    ShortenedRules.STANDARD,
                    DetectionLatency.read(rules).section());
            Files.writeString(page, table.page(detections, HostDescription.sentence(), LocalDate.now(ZoneOffset.UTC)));
            printer.message("wrote " + page);
        }
        return detections.stream().allMatch(Detection::isAsExpected) ? 0 : NOT_AS_EXPECTED;
    }

    private Set<String> chosen() {
        Set<String> names = only == null ? Set.copyOf(FaultCatalogue.NAMES) : only;
        List<String> unknown = names.stream()
                .filter(name -> !FaultCatalogue.NAMES.contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--only " + String.join(",", unknown) + ": expected one of "
                            + String.join(", ", FaultCatalogue.NAMES));
        }
        return names;
    }

    private void report(MeasurementPrinter printer, Detection detection) {
        detection.skipped().ifPresent(reason -> printer.message("  skipped: " + reason));
        detection.times().forEach((alert, times) -> printer.message("  " + alert + ": " + times.text()));
        if (!detection.missing().isEmpty()) {
            printer.message("  MISSING " + detection.missing());
        }
        if (!detection.unrelated().isEmpty()) {
            printer.message("  UNRELATED " + detection.unrelated());
        }
        if (!detection.ofTheMachine().isEmpty()) {
            printer.message("  about this machine: " + detection.ofTheMachine());
        }
    }

    private MeasurementPrinter printer() {
        return new MeasurementPrinter(
                spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    }
}
