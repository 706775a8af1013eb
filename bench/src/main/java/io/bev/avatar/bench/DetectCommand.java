package io.bev.avatar.bench;

import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.MeasurementPrinter;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
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
            "Two stacks have their own directories and ports and simulated GPUs; one has ten further hosts, on which"
                    + " faults are injected side by side; times in the rules are a tenth. Takes 30 min."
        },
        footer = {
            "",
            "Exit codes: 0 every fault raised its alerts and no unrelated ones, 1 otherwise, 64 usage error,"
                    + " 69 a dependency is missing."
        })
public final class DetectCommand implements Callable<Integer> {

    private static final Duration ALERT_TIMEOUT = Duration.ofMinutes(6);
    private static final Duration SHIPPED_ALERT_TIMEOUT = Duration.ofHours(2);
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
            defaultValue = "20",
            paramLabel = "S",
            description = "Minimum duration of each fault in seconds, to catch unrelated alerts (default: 20).")
    private int holdSeconds;

    @Option(
            names = "--healthy",
            defaultValue = "120",
            paramLabel = "S",
            description = "Duration of the period without a fault, in seconds (default: 120).")
    private int healthySeconds;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Order of the faults of single hosts (default: 1).")
    private long seed;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            paramLabel = "N",
            description =
                    "Number of rounds of the faults of single hosts, with the seeds N, N + 1 and so on (default: 1).")
    private int rounds;

    @Option(names = "--shipped-times", description = "Use the rules with their shipped times. Takes several hours.")
    private boolean shippedTimes;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireRange("--hold", holdSeconds, 0, 3600);
        requireRange("--healthy", healthySeconds, 0, 86_400);
        requireRange("--rounds", rounds, 1, 100);
        Set<String> names = chosen();
        MeasurementPrinter printer = printer();
        List<Detection> detections = Collections.synchronizedList(new ArrayList<>());
        ShortenedRules rules = shippedTimes ? ShortenedRules.SHIPPED : ShortenedRules.STANDARD;
        printer.print(HostDescription.describe());
        Consumer<Detection> report = detection -> {
            synchronized (detections) {
                detections.add(detection);
                DetectionTable.lines(List.of(detection)).forEach(printer::print);
                report(printer, detection);
            }
        };
        // Two stacks: faults of one host do not disturb the monitoring, those of the other stack do.
        ExecutorService second = Executors.newSingleThreadExecutor(DaemonThreads.factory("host-faults"));
        try (CpuShare cpu = new CpuShare(Ticker.system())) {
            Future<?> hosts = second.submit(() -> {
                runHosts(names, rules, cpu, report);
                return null;
            });
            runStack(names, rules, cpu, report);
            hosts.get();
        } catch (ExecutionException e) {
            throw new IOException("the faults of single hosts ended early: " + e.getCause(), e);
        } finally {
            second.shutdownNow();
        }
        DetectionSummary summary =
                DetectionSummary.of(List.copyOf(detections), RuleTimes.read(rulesDirectory()), rules);
        printer.message(summary.sentence());
        if (docs) {
            Path page = root.resolve("docs/detection.md");
            DetectionTable table = new DetectionTable(
                    RuleTimes.read(rulesDirectory()),
                    rules,
                    DetectionLatency.read(rulesDirectory()).section());
            Files.writeString(
                    page,
                    table.page(
                            List.copyOf(detections),
                            summary,
                            HostDescription.sentence(),
                            LocalDate.now(ZoneOffset.UTC)));
            printer.message("wrote " + page);
        }
        return detections.stream().allMatch(Detection::isAsExpected) ? 0 : NOT_AS_EXPECTED;
    }

    /** Faults of the stack itself, one after the other. */
    private void runStack(Set<String> names, ShortenedRules rules, CpuShare cpu, Consumer<Detection> report)
            throws IOException, InterruptedException {
        if (FaultCatalogue.stackNames().stream().noneMatch(names::contains)) {
            return;
        }
        RunDirectory directory = RunDirectory.fresh(root, "detect");
        LoopbackDisk disk = LoopbackDisk.mount(
                directory.path().resolve("small-disk.img"), directory.path().resolve("state"));
        try (FaultStack stack = FaultStack.start(root, directory.path(), disk, rules, Optional.empty())) {
            Thread hook = RunDirectory.closeOnExit(stack);
            FaultInjector injector = new FaultInjector(
                    stack.stack(),
                    stack.target(),
                    view(stack),
                    FaultCatalogue.OF_THE_MACHINE,
                    Ticker.system(),
                    cpu,
                    Duration.ofSeconds(holdSeconds),
                    alertTimeout());
            injector.awaitHeartbeat();
            for (Fault fault : stack.faults()) {
                if (names.contains(fault.name())) {
                    report.accept(injector.run(fault));
                }
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private static AlertView view(FaultStack stack) {
        return new AlertView(
                stack.client(), stack.stack().prometheus(), stack.stack().redisPort());
    }

    /** Faults of single hosts, side by side, and of a site. */
    private void runHosts(Set<String> names, ShortenedRules rules, CpuShare cpu, Consumer<Detection> report)
            throws IOException, InterruptedException {
        List<HostFault> faults = HostFaults.all().stream()
                .filter(fault -> names.contains(fault.name()))
                .toList();
        List<Fault> models = ModelFaults.all().stream()
                .filter(fault -> names.contains(fault.name()))
                .toList();
        boolean outage = names.contains(FaultHosts.OUTAGE);
        if (faults.isEmpty() && models.isEmpty() && !outage) {
            return;
        }
        Path directory = RunDirectory.fresh(root, "detect-hosts").path();
        FaultHosts.Certificates certificates = FaultHosts.Certificates.create(directory.resolve("certificates"));
        LoopbackDisk none = LoopbackDisk.without(directory.resolve("state"), "each host has its own disk");
        Duration hold = Duration.ofSeconds(holdSeconds);
        try (FaultStack stack =
                FaultStack.start(root, directory, none, rules, Optional.of(certificates.authorities()))) {
            Thread stackHook = RunDirectory.closeOnExit(stack);
            AlertView view = view(stack);
            new FaultInjector(
                            stack.stack(),
                            stack.target(),
                            view,
                            FaultCatalogue.OF_THE_MACHINE,
                            Ticker.system(),
                            cpu,
                            hold,
                            alertTimeout())
                    .awaitHeartbeat();
            try (FaultHosts hosts = FaultHosts.start(stack.stack(), root, certificates, view, cpu, alertTimeout())) {
                Thread hook = RunDirectory.closeOnExit(hosts);
                for (int round = 0; round < rounds; round++) {
                    hosts.run(
                            faults,
                            round == 0 ? models : List.of(),
                            stack.supervised(),
                            seed + round,
                            hold,
                            round == 0 ? Duration.ofSeconds(healthySeconds) : Duration.ZERO,
                            report);
                }
                if (outage) {
                    report.accept(hosts.outage(hold));
                }
                Runtime.getRuntime().removeShutdownHook(hook);
            }
            Runtime.getRuntime().removeShutdownHook(stackHook);
        }
    }

    private Duration alertTimeout() {
        return shippedTimes ? SHIPPED_ALERT_TIMEOUT : ALERT_TIMEOUT;
    }

    private Path rulesDirectory() {
        return root.resolve("alerting-rules");
    }

    private void requireRange(String option, int value, int from, int to) {
        if (value < from || value > to) {
            throw new ParameterException(spec.commandLine(), option + " " + value + ": expected " + from + " to " + to);
        }
    }

    private Set<String> chosen() throws IOException {
        List<String> all = FaultCatalogue.names();
        Set<String> names = only == null ? Set.copyOf(all) : only;
        List<String> unknown =
                names.stream().filter(name -> !all.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--only " + String.join(",", unknown) + ": expected one of " + String.join(", ", all));
        }
        return names;
    }

    private void report(MeasurementPrinter printer, Detection detection) {
        printer.message(detection.fault().name() + ": " + detection.fault().how());
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
