package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.exporter.check.Check;
import io.bev.avatar.exporter.check.CheckFactory;
import io.bev.avatar.exporter.check.CheckJson;
import io.bev.avatar.exporter.check.CheckResult;
import io.bev.avatar.exporter.check.CheckRunner;
import io.bev.avatar.exporter.check.CheckSettings;
import io.bev.avatar.exporter.check.ConfigCheck;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.report.Report;
import io.bev.avatar.exporter.report.ReportTable;
import io.bev.avatar.exporter.report.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code check}: runs pre-flight checks of this machine and exits with 0, 1 or 2. */
@Command(
        name = "check",
        description = {
            "Check whether this machine meets the requirements of the avatar.",
            "gpu: driver, CUDA, memory, a test kernel, performance settings. dependencies: Java, libraries, Docker,"
                    + " Redis, MCP. prestart (default): all of these plus hardware facts, user, configuration,"
                    + " directories, free disk space and ports.",
            "Minimum values are configured in section exporter.check."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all checks passed",
            "1:warnings only",
            "2:at least one check failed",
            "64:invalid command line"
        })
final class CheckCommand implements Callable<Integer> {

    /** Group of checks to run. */
    enum Subject {
        GPU,
        DEPENDENCIES,
        PRESTART
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Parameters(
            arity = "0..1",
            paramLabel = "SUBJECT",
            defaultValue = "prestart",
            description = "gpu, dependencies or prestart")
    private Subject subject = Subject.PRESTART;

    @Option(names = "--json", description = "print the results as one JSON object")
    private boolean json;

    @Option(
            names = "--as-other-user",
            description = "run by a user who cannot read the services' settings: neither their directories nor the"
                    + " receivers of alerts are checked")
    private boolean otherUser;

    @Override
    public Integer call() throws InterruptedException {
        LoggingSystem.ofProcess().errorsOnly();
        List<CheckResult> configuration = new ConfigCheck(main::config, main.environment()).run();
        CheckSettings settings = CheckSettings.load(main.configFile(), main.environment());
        if (configuration.get(0).status() == Status.FAILURE
                || settings.problems().isPresent()) {
            return finish(configuration);
        }
        try (BoundedHttpClient http = new BoundedHttpClient();
                CheckFactory checks =
                        new CheckFactory(settings, http, System.getProperty("user.name", "?"), otherUser)) {
            return finish(run(checks, settings, configuration));
        }
    }

    private int finish(List<CheckResult> results) {
        Report<CheckResult> report = new Report<>(subject.name().toLowerCase(Locale.ROOT), results);
        print(report, main.out());
        return report.status().exitCode();
    }

    private List<CheckResult> run(CheckFactory checks, CheckSettings settings, List<CheckResult> configuration)
            throws InterruptedException {
        CheckRunner runner = new CheckRunner(TIMEOUT);
        return switch (subject) {
            case GPU -> runner.run(checks.gpu(false));
            case DEPENDENCIES -> {
                List<CheckResult> results = runner.run(checks.dependencies());
                boolean withoutGpu = settings.cpuAllowed() && results.stream().noneMatch(CheckCommand::isGpuLibrary);
                yield results.stream()
                        .map(result -> downgrade(result, settings, withoutGpu))
                        .toList();
            }
            case PRESTART -> {
                List<Check> all = new ArrayList<>(checks.machine());
                all.addAll(checks.dependencies());
                all.addAll(checks.gpu(settings.cpuAllowed()));
                List<CheckResult> results = new ArrayList<>(configuration);
                results.addAll(runner.run(all));
                boolean withoutGpu = results.stream().anyMatch(CheckCommand::isAbsentGpu);
                yield results.stream()
                        .map(result -> downgrade(result, settings, withoutGpu))
                        .toList();
            }
        };
    }

    private static boolean isGpuLibrary(CheckResult result) {
        return result.name().matches("library-(nvml|cuda)") && result.status() == Status.OK;
    }

    /** Whether NVML found neither driver nor GPU, rather than one that fails. */
    private static boolean isAbsentGpu(CheckResult result) {
        return result.name().equals("gpu-driver") && result.status() == Status.SKIPPED;
    }

    /**
     * Downgrades failures that do not prevent a start: GPU checks if the CPU backend is allowed, and Redis, to which
     * the renderer connects later.
     */
    private static CheckResult downgrade(CheckResult result, CheckSettings settings, boolean withoutGpu) {
        if (withoutGpu && result.name().matches("gpu-.*|library-(nvml|cuda)")) {
            return result.notHere("the CPU renders");
        }
        if (result.name().startsWith("gpu-") && settings.cpuAllowed()) {
            return result.downgraded("the CPU backend renders without it");
        }
        return result.name().equals("redis") ? result.downgraded("the avatar starts without it") : result;
    }

    private void print(Report<CheckResult> report, PrintStream out) {
        if (json) {
            out.println(CheckJson.write(report));
        } else {
            new ReportTable(main.terminal())
                    .lines(report, Status.OK, Status.WARNING, Status.FAILURE, Status.SKIPPED)
                    .forEach(out::println);
        }
    }
}
