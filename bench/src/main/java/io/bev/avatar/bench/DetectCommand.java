package io.bev.avatar.bench;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.io.PrintWriter;
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
            "Breaks a running stack in every way there is, and sees which alerts come, how soon, and whether they end.",
            "It has its own directory, ports and a simulated GPU; the rules' times are a tenth. Takes half an hour."
        },
        footer = {
            "",
            "Exit codes: 0 every fault raised its alerts and no unrelated ones; 1 otherwise; 64 wrong usage; 69 something is"
                    + " missing."
        })
public final class DetectCommand implements Callable<Integer> {

    private static final Duration ALERT_TIMEOUT = Duration.ofMinutes(6);
    private static final int NOT_AS_EXPECTED = 1;

    @Option(names = "--root", hidden = true, required = true, description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: required
    private Path root;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Option(names = "--docs", description = "Write the table into docs/detection.md.")
    private boolean docs;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "FAULT",
            description = "Only these faults, separated by commas. An unknown one lists all.")
    private @Nullable Set<String> only;

    @Option(
            names = "--hold",
            defaultValue = "40",
            paramLabel = "S",
            description = "Seconds that each fault lasts at least, so that unrelated alerts could come (default: 40).")
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
        List<Detection> detections = new ArrayList<>();
        RunFolder folder = RunFolder.fresh(root, "detect");
        LoopbackDisk disk = LoopbackDisk.mount(
                folder.path().resolve("small-disk.img"), folder.path().resolve("state"));
        try (FaultStack stack = FaultStack.start(root, folder.path(), disk)) {
            Thread hook = RunFolder.closeOnExit(stack);
            print(HostDescription.describe());
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
                progress(fault.name() + ": " + fault.how());
                Detection detection = run.run(fault);
                detections.add(detection);
                DetectionTable.lines(List.of(detection)).forEach(this::print);
                report(detection);
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
            progress("wrote " + page);
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

    private void report(Detection detection) {
        detection.skipped().ifPresent(reason -> progress("  not tried: " + reason));
        detection.times().forEach((alert, times) -> progress("  " + alert + ": " + times.text()));
        if (!detection.missing().isEmpty()) {
            progress("  MISSING " + detection.missing());
        }
        if (!detection.unrelated().isEmpty()) {
            progress("  UNRELATED " + detection.unrelated());
        }
        if (!detection.ofTheMachine().isEmpty()) {
            progress("  of the machine: " + detection.ofTheMachine());
        }
    }

    private void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private void print(Measurement line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? line.json() : line.text());
        out.flush();
    }
}
