package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.cli.OneLineErrors;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.process.SchedulingPriority;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.Exporter;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.exporter.systemd.WatchdogProbe;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Command line of the exporter; {@code serve} is the default command. */
@Command(
        name = "avatar",
        description = "Prometheus exporter for GPU, host, Redis, systemd and renderer metrics.",
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        subcommands = {
            CheckCommand.class,
            ConfigCommand.class,
            HealthCommand.class,
            MetricsCommand.class,
            AccessCommand.class,
            AlertCommand.class,
            GpuCleanupCommand.class,
            GpuSetupCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped normally",
            "64:invalid command line",
            "69:cannot bind the listen address",
            "78:invalid configuration; all problems are listed"
        })
public final class ExporterMain implements Callable<Integer> {

    private static final long SHUTDOWN_TIMEOUT_SECONDS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ExporterMain.class);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "configuration file; default: $BEV_AVATAR_CONFIG, otherwise built-in defaults and"
                    + " environment variables")
    private @Nullable Path configFile;

    private final Map<String, String> environment;

    ExporterMain(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Runs the command and exits the JVM; does not return. */
    public static void main(String[] args) {
        Map<String, String> environment = System.getenv();
        // Serving does not need the command-line parser; skipping it saves memory for the life of the process.
        boolean serving = args.length == 0 || (args.length == 1 && args[0].equals("serve"));
        System.exit(serving ? new ExporterMain(environment).serve() : run(environment, args));
    }

    /** Runs the command line and returns the exit code. */
    static int run(Map<String, String> environment, String... args) {
        return OneLineErrors.install(new CommandLine(new ExporterMain(environment)))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    Optional<Path> configFile() {
        return Optional.ofNullable(configFile);
    }

    /** The configuration, not yet validated. */
    Config config() {
        return configFile == null ? Config.load(environment) : Config.load(configFile, environment);
    }

    Map<String, String> environment() {
        return environment;
    }

    /** Output format; {@code AVATAR_TERMINAL=1} means that the caller's output is a terminal. */
    TerminalFormat terminal() {
        return TerminalFormat.of(
                environment, environment.getOrDefault("AVATAR_TERMINAL", "").equals("1"));
    }

    /** Standard output in UTF-8, independent of the locale. */
    PrintStream out() {
        return new PrintStream(System.out, true, StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() {
        return serve();
    }

    /** Serves until the process receives a stop signal. */
    @Command(name = "serve", description = "Serve metrics until stopped (default).")
    int serve() {
        ExporterConfigs settings;
        try {
            Config file = config();
            settings = ExporterConfigs.from(file, environment);
        } catch (ConfigException e) {
            reportFatal(String.valueOf(e.getMessage()));
            return ExitCodes.CONFIG;
        }
        ExporterConfig config = settings.exporter();
        LoggingSystem.ofProcess().configure(settings.logging(), "exporter", environment);
        lowerPriority(config.niceness());
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        SystemdNotifier systemd =
                SystemdNotifier.of(environment, ProcessHandle.current().pid(), Ticker.system());
        try (systemd;
                Exporter exporter = new Exporter(settings, Exporter.version());
                WatchdogProbe watchdogProbe = new WatchdogProbe(
                        systemd, exporter.address(), exporter.scheme().equals("https"))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stop, stopped), "shutdown"));
            exporter.start();
            watchdogProbe.start();
            systemd.ready();
            LOG.info(
                    "avatar-exporter {} serving {}://{}:{}/metrics",
                    Exporter.version(),
                    exporter.scheme(),
                    config.bind(),
                    exporter.address().getPort());
            stop.await();
            systemd.stopping();
        } catch (ConfigException e) {
            reportFatal(String.valueOf(e.getMessage()));
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            reportFatal("avatar-exporter: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE;
        }
        stopped.countDown();
        return CommandLine.ExitCode.OK;
    }

    /** Lowers the scheduling priority so that monitoring does not compete with the renderer for CPU. */
    private static void lowerPriority(int niceness) {
        if (niceness == 0) {
            return;
        }
        try {
            new SchedulingPriority(niceness).applyToProcess();
        } catch (IOException e) {
            LOG.info(
                    "exporter.niceness {} could not be applied; the inherited priority is used: {}",
                    niceness,
                    e.getMessage());
        }
    }

    private void reportFatal(String message) {
        LoggingSystem.ofProcess()
                .fatal(message, environment, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    /**
     * Runs in the shutdown hook: signals the main thread to close everything and waits a few seconds for it.
     */
    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            boolean unused = stopped.await(SHUTDOWN_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Version from the jar manifest; {@code development} if the classes run from a build directory. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"avatar-exporter " + Exporter.version()};
        }
    }
}
