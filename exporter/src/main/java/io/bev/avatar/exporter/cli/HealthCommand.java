package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.exporter.check.CheckSettings;
import io.bev.avatar.exporter.client.ExporterClient;
import io.bev.avatar.exporter.config.HealthConfig;
import io.bev.avatar.exporter.health.HealthComponents;
import io.bev.avatar.exporter.health.HealthFiles;
import io.bev.avatar.exporter.health.HealthJson;
import io.bev.avatar.exporter.health.HealthMonitor;
import io.bev.avatar.exporter.health.HealthReport;
import io.bev.avatar.exporter.health.HealthTable;
import io.bev.avatar.exporter.health.RedisHealthPublisher;
import io.bev.avatar.exporter.threshold.ThresholdException;
import io.bev.avatar.exporter.threshold.ThresholdFileLocator;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code health}: evaluates health with the alert thresholds and exits with 0, 1, 2 or 3. */
@Command(
        name = "health",
        description = {
            "Evaluate service, endpoint, GPU, system and Redis with the alert thresholds.",
            "once (default): evaluate once. status: show the last result and its age. monitor: evaluate"
                    + " periodically and show changes.",
            "Every result is written to exporter.health.directory and to Redis."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:healthy",
            "1:warnings only",
            "2:critical",
            "3:unknown: no result yet, or the last one is stale",
            "64:invalid command line",
            "78:invalid configuration or thresholds",
            "143:monitor stopped (130 by Ctrl-C)"
        })
final class HealthCommand implements Callable<Integer> {

    /** As monitoring plugins report that there is no current result. */
    private static final int UNKNOWN = 3;

    private static final long SHUTDOWN_TIMEOUT_SECONDS = 4;

    /** Mode of operation. */
    enum Mode {
        ONCE,
        STATUS,
        MONITOR
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Parameters(arity = "0..1", paramLabel = "MODE", defaultValue = "once", description = "once, status or monitor")
    private Mode mode = Mode.ONCE;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "monitor: evaluation interval in seconds, 1 to 240; default: exporter.health.interval")
    private Optional<Integer> interval = Optional.empty();

    private final CountDownLatch ended = new CountDownLatch(1);

    @Option(
            names = "--json",
            description = "print one JSON object per evaluation; with monitor, only evaluations that changed")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (interval.isPresent() && (interval.get() < 1 || interval.get() > HealthConfig.MAX_INTERVAL.toSeconds())) {
            throw new ParameterException(
                    spec.commandLine(), "--interval: found " + interval.get() + ", expected 1 to 240 seconds");
        }
        LoggingSystem.ofProcess().errorsOnly();
        CheckSettings settings = CheckSettings.load(main.configFile(), main.environment());
        if (settings.problems().isPresent()) {
            System.err.println(settings.problems().get());
            return ExitCodes.CONFIG;
        }
        var health = settings.exporter().health();
        HealthFiles files = new HealthFiles(health.directory());
        try {
            if (mode == Mode.STATUS) {
                return status(files);
            }
            Thresholds thresholds = Thresholds.read(ThresholdFileLocator.of(health))
                    .with(settings.exporter().exporter().thresholds());
            try (HealthComponents components =
                    new HealthComponents(settings.exporter(), settings.cpuAllowed(), thresholds, runningExporter())) {
                HealthMonitor monitor = new HealthMonitor(
                        components.evaluator()::run, files::write, components::publish, new Printer());
                if (mode == Mode.MONITOR) {
                    return monitor(monitor, interval.map(Duration::ofSeconds).orElse(health.interval()));
                }
                HealthReport report = monitor.once();
                print(report);
                return report.status().exitCode();
            }
        } catch (ThresholdException e) {
            System.err.println("avatar-exporter: " + e.getMessage());
            return ExitCodes.CONFIG;
        } finally {
            ended.countDown();
        }
    }

    /** Empty if its TLS files or password cannot be read by this user; NVML is then read directly. */
    private Optional<ExporterClient> runningExporter() {
        try {
            return Optional.of(ExporterClient.from(main.config()));
        } catch (IOException e) {
            System.err.println("avatar-exporter: GPU read without the running exporter: " + e.getMessage());
            return Optional.empty();
        }
    }

    private int status(HealthFiles files) {
        Optional<HealthReport> last;
        try {
            last = files.read();
        } catch (IOException e) {
            System.err.println("avatar-exporter: " + e.getMessage());
            return UNKNOWN;
        }
        if (last.isEmpty()) {
            System.err.println("avatar-exporter: no result yet: no file " + files.summary()
                    + "; run './avatar health once' or './avatar health monitor'");
            return UNKNOWN;
        }
        HealthReport report = last.get();
        Duration age = Duration.between(report.at(), Instant.now());
        boolean stale = age.compareTo(RedisHealthPublisher.TTL) > 0;
        print(report);
        if (!json) {
            main.out().println(table().age(age, stale));
        }
        return stale ? UNKNOWN : report.status().exitCode();
    }

    /** Runs until interrupted by the shutdown hook, which then waits until the components are closed. */
    private int monitor(HealthMonitor monitor, Duration every) {
        Thread evaluationThread = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(evaluationThread), "shutdown"));
        try {
            monitor.run(every, wait -> TimeUnit.NANOSECONDS.sleep(wait.toNanos()));
        } catch (InterruptedException e) {
            // Normal stop: the interrupt flag stays cleared so that closing is not interrupted.
            return 0;
        }
        return 0;
    }

    private void awaitEnd(Thread evaluationThread) {
        evaluationThread.interrupt();
        try {
            boolean unused = ended.await(SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print(HealthReport report) {
        if (json) {
            main.out().println(HealthJson.write(report));
        } else {
            table().lines(report).forEach(main.out()::println);
        }
    }

    private HealthTable table() {
        return new HealthTable(main.terminal(), ZoneId.systemDefault());
    }

    /** Prints the first report in full, then the changes; in JSON, every report that changed. */
    private final class Printer implements HealthMonitor.Listener {

        @Override
        public void onFirst(HealthReport report) {
            print(report);
        }

        @Override
        public void onNext(HealthReport before, HealthReport now) {
            PrintStream out = main.out();
            if (json) {
                if (before.status() != now.status()
                        || !table().changes(before, now).isEmpty()) {
                    out.println(HealthJson.write(now));
                }
            } else {
                table().changes(before, now).forEach(out::println);
            }
        }

        @Override
        public void onPublishState(String where, Optional<String> failure) {
            System.err.println("avatar-exporter: "
                    + failure.map(why -> "cannot write results to " + where + ": " + why)
                            .orElse("writing results to " + where + " works again"));
        }
    }
}
