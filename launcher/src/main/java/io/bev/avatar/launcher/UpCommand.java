package io.bev.avatar.launcher;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.TrainingRun;
import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code avatar up}: runs the stack in the foreground until Ctrl-C. */
@Command(
        name = "up",
        description = {
            "Run the avatar and its services on this machine, in the foreground:",
            "Redis, renderer, exporter, Prometheus, Alertmanager and, if installed, Grafana.",
            "Services that already run are used; Ctrl-C stops the services that were started."
        })
final class UpCommand implements Callable<Integer> {

    private static final long STATUS_INTERVAL_NANOS = 1_000_000_000L;

    @Option(
            names = "--root",
            hidden = true,
            required = true,
            description = "Project directory; set by the avatar script.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: required
    private Path root;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description =
                    "Model file: LAM bundle (.zip), .ply, .spz, .sog, .glb, .ksplat or .splat (default: the built-in"
                            + " avatar).")
    private @Nullable Path model;

    @Option(
            names = "--simulate-gpu",
            description =
                    "Simulate GPU metrics, marked as simulated, for a demonstration without a GPU. The values come"
                            + " from a file that can be edited while it runs.")
    private boolean simulateGpu;

    private final Map<String, String> environment;
    private final Console console;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile @Nullable ArchiveTraining training;
    private final AtomicBoolean interrupted = new AtomicBoolean();

    UpCommand(Map<String, String> environment, Console console) {
        this.environment = environment;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return run();
        } catch (ConfigException e) {
            console.fail("configuration", Objects.toString(e.getMessage()));
            return ExitCodes.CONFIG;
        } catch (LaunchException e) {
            if (interrupted.get()) {
                return ExitCodes.INTERRUPTED; // stopped by Ctrl-C: not a start-up failure
            }
            console.fail("not started", Objects.toString(e.getMessage()));
            return e.exitCode();
        } catch (FileSystemException e) {
            console.fail("not started", describe(e));
            return ExitCodes.CANNOT_CREATE;
        } catch (IOException e) {
            console.fail("not started", "cannot write files in the run directory: " + e.getMessage());
            return ExitCodes.SOFTWARE;
        }
    }

    private int run() throws IOException, LaunchException, InterruptedException {
        StackConfig config = StackConfig.from(Config.load(environment), root, environment);
        Optional<Path> file = checkedModel();
        Files.createDirectories(config.runDirectory());
        Probe probe = new Probe();
        Optional<SimulatedGpu> simulated = simulateGpu
                ? Optional.of(SimulatedGpu.prepare(root, config.runDirectory().resolve("simulated-gpu")))
                : Optional.empty();
        StackServices stack = new StackServices(root, config, probe, simulated);
        RunLock lock = RunLock.acquire(config.runDirectory(), stack.pageUrl());
        try {
            RunLock.describe(config.runDirectory(), stack.commandEnvironment());
            Supervisor supervisor = new Supervisor(console, Ticker.system());
            Thread hook = new Thread(() -> interrupt(supervisor), "stop");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                new StackStarter(console, stack, config, probe, supervisor).start(file);
                console.plain("");
                simulated.ifPresent(gpu -> console.warn(
                        "gpu", "SIMULATED: no GPU metric is real; edit " + gpu.scenario() + " to change the values"));
                if (config.receivers().names().isEmpty()) {
                    console.warn("alerts", AlertReceivers.NONE + "; to change that, " + AlertReceivers.REMEDY);
                } else {
                    console.note("alerts", String.join(", ", config.receivers().names()));
                }
                console.plain("  " + console.strong("Open " + stack.pageUrl()) + "   (Ctrl-C stops everything)");
                console.plain("");
                training = ArchiveTraining.start(console, this::createArchives);
                watch(supervisor, new StatusLine(console, probe, stack));
                return 0;
            } finally {
                stopAll(supervisor);
            }
        } finally {
            lock.close();
        }
    }

    /** Creates the class archives after a build. Without them, starts take longer. */
    private boolean createArchives() throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(Installation.of(root));
        if (run.isFresh()) {
            return false;
        }
        run.run();
        return true;
    }

    private Optional<Path> checkedModel() throws LaunchException {
        Path chosen = model;
        if (chosen == null) {
            return Optional.empty();
        }
        Path file = chosen.isAbsolute() ? chosen : callerDirectory().resolve(chosen);
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new LaunchException(
                    ExitCodes.NO_INPUT,
                    "--model " + chosen
                            + ": not a readable file; expected a LAM bundle (.zip), .ply, .spz, .sog, .glb, .ksplat or"
                            + " .splat; without --model, the built-in avatar is used");
        }
        return Optional.of(file.toAbsolutePath().normalize());
    }

    private Path callerDirectory() {
        return Path.of(environment.getOrDefault("AVATAR_CALLER_DIR", ""));
    }

    private void watch(Supervisor supervisor, StatusLine status) throws LaunchException, InterruptedException {
        Ticker ticker = Ticker.system();
        long next = ticker.nanos();
        while (!stopped.get()) {
            supervisor.tick();
            if (console.isTerminal() && ticker.nanos() - next >= 0) {
                console.live(status.read());
                next = ticker.nanos() + STATUS_INTERVAL_NANOS;
            }
            Thread.sleep(200);
        }
    }

    private static String describe(FileSystemException e) {
        return ErrorText.of(e)
                + "; run as the owner of the checkout, or set BEV_STACK_RUN_DIRECTORY to a writable directory";
    }

    private void interrupt(Supervisor supervisor) {
        interrupted.set(true);
        stopAll(supervisor);
    }

    private void stopAll(Supervisor supervisor) {
        if (stopped.getAndSet(true)) {
            return;
        }
        try {
            ArchiveTraining running = training;
            if (running != null) {
                running.stop();
            }
            supervisor.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
