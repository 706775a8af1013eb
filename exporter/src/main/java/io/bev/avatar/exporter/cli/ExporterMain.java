package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.http.HttpServerTimeouts;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.process.SchedulingPriority;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.Exporter;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.systemd.WatchdogProbe;
import io.bev.avatar.exporter.terminal.TerminalFormat;
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

/** The exporter's command line; {@code serve} is the default. */
@Command(
        name = "avatar",
        description = "Serves the readings of GPU, host, Redis, systemd and renderer to Prometheus.",
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        subcommands = {
            CheckCommand.class,
            HealthCommand.class,
            MetricsCommand.class,
            AccessCommand.class,
            GpuCleanupCommand.class,
            GpuSetupCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped as asked",
            "2:wrong command line",
            "69:the address cannot be bound",
            "78:the configuration has problems, all of them listed"
        })
public final class ExporterMain implements Callable<Integer> {

    private static final long STOP_SECONDS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ExporterMain.class);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "the configuration; default: what BEV_AVATAR_CONFIG names, else defaults and environment")
    private @Nullable Path configFile;

    private final Map<String, String> environment;

    ExporterMain(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Runs and exits; does not return. */
    public static void main(String[] args) {
        Map<String, String> environment = System.getenv();
        // Serving needs nothing of the parser, which would stay in memory for as long as it serves.
        boolean plain = args.length == 0 || (args.length == 1 && args[0].equals("serve"));
        System.exit(plain ? new ExporterMain(environment).serve() : run(environment, args));
    }

    /** Runs the command line and answers the exit code. */
    static int run(Map<String, String> environment, String... args) {
        return new CommandLine(new ExporterMain(environment))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    Optional<Path> configFile() {
        return Optional.ofNullable(configFile);
    }

    /** The configuration, not yet looked through. */
    Config config() {
        return configFile == null ? Config.load(environment) : Config.load(configFile, environment);
    }

    Map<String, String> environment() {
        return environment;
    }

    /** Where results are shown; {@code AVATAR_TERMINAL=1} says that the caller's output is a terminal. */
    TerminalFormat screen() {
        return TerminalFormat.of(
                environment, environment.getOrDefault("AVATAR_TERMINAL", "").equals("1"));
    }

    /** Standard output in UTF-8, whatever the locale. */
    PrintStream out() {
        return new PrintStream(System.out, true, StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() {
        return serve();
    }

    /** Serves until the process is told to stop. */
    @Command(name = "serve", description = "Listen and serve until stopped (the default).")
    int serve() {
        ExporterConfigs settings;
        try {
            Config file = config();
            settings = ExporterConfigs.from(file, environment);
        } catch (ConfigException e) {
            refuse(String.valueOf(e.getMessage()));
            return ExitCodes.CONFIG;
        }
        ExporterConfig config = settings.exporter();
        LoggingSystem.ofProcess().configure(settings.logging(), "exporter", environment);
        HttpServerTimeouts.apply(config.scrapeTimeout());
        giveWay(config.niceness());
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        SystemdNotifier service =
                SystemdNotifier.of(environment, ProcessHandle.current().pid(), Ticker.system());
        try (service;
                Exporter exporter = new Exporter(settings, Exporter.version());
                WatchdogProbe watch = new WatchdogProbe(
                        service, exporter.address(), exporter.scheme().equals("https"))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stop, stopped), "shutdown"));
            exporter.start();
            watch.start();
            service.ready();
            LOG.info(
                    "avatar-exporter {} serves {}://{}:{}/metrics",
                    Exporter.version(),
                    exporter.scheme(),
                    config.bind(),
                    exporter.address().getPort());
            stop.await();
            service.stopping();
        } catch (ConfigException e) {
            refuse(String.valueOf(e.getMessage()));
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            refuse("avatar-exporter: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE;
        }
        stopped.countDown();
        return CommandLine.ExitCode.OK;
    }

    /** What watches must not take a core from what it watches. */
    private static void giveWay(int niceness) {
        if (niceness == 0) {
            return;
        }
        try {
            new SchedulingPriority(niceness).ofProcess();
        } catch (IOException e) {
            LOG.info("exporter.niceness {} has no effect, what started me decides: {}", niceness, e.getMessage());
        }
    }

    private void refuse(String message) {
        LoggingSystem.ofProcess()
                .refusal(message, environment, new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    /** Runs in the shutdown hook: tells the main thread to close everything and gives it a few seconds. */
    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            boolean unused = stopped.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Version as {@code --version} prints it. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"avatar-exporter " + Exporter.version()};
        }
    }
}
