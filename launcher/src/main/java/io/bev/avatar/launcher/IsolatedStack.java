package io.bev.avatar.launcher;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A whole stack of its own, with a simulated GPU, on free ports and in a directory of its own: to be measured and broken. It is
 * supervised as {@code ./avatar up} does it, but only while a user calls {@link #tick}: what is killed stays down until then.
 * Not thread-safe; {@link #close} may come from another thread.
 */
public final class IsolatedStack implements AutoCloseable {

    /** A service of the stack. */
    public enum Service {
        REDIS,
        PROMETHEUS,
        ALERTMANAGER,
        EXPORTER,
        RENDERER
    }

    /**
     * Settings of this stack.
     *
     * @param root the project directory
     * @param runDirectory where its files live
     * @param rules directory with the rules and configurations to use instead of the shipped {@code alerting-rules}
     * @param yaml more of {@code avatar.yaml}: whole sections besides {@code stack}, {@code renderer} and {@code redis}
     * @param environment additional environment per service; has precedence
     * @param ports seven free ports: page, Jolokia, exporter, Redis, Prometheus, Alertmanager, Grafana
     */
    public record Settings(
            Path root,
            Path runDirectory,
            Path rules,
            String yaml,
            Map<Service, Map<String, String>> environment,
            List<Integer> ports) {

        public Settings {
            environment = Map.copyOf(environment);
            ports = List.copyOf(ports);
        }
    }

    private final Settings settings;
    private final StackConfig config;
    private final SimulatedGpu gpu;
    private final PrintStream log;
    private final Supervisor supervisor;
    private final Map<Service, ManagedProcess> processes = new EnumMap<>(Service.class);

    private IsolatedStack(Settings settings, StackConfig config, SimulatedGpu gpu, PrintStream log) {
        this.settings = settings;
        this.config = config;
        this.gpu = gpu;
        this.log = log;
        this.supervisor = new Supervisor(Console.of(log, Map.of()), Ticker.system());
    }

    /**
     * Starts everything and waits until it serves. Call it from a thread that outlives the stack: the processes end with it.
     *
     * @throws IOException when something is missing or does not start; the message names it
     */
    public static IsolatedStack start(Settings settings) throws IOException, InterruptedException {
        Path run = Files.createDirectories(settings.runDirectory());
        Path yaml = Files.writeString(run.resolve("avatar.yaml"), yaml(settings));
        Map<String, String> environment = Map.of(
                "BEV_AVATAR_CONFIG", yaml.toString(),
                "BEV_EXPORTER_PORT", Integer.toString(settings.ports().get(2)));
        StackConfig config = StackConfig.from(Config.load(environment), settings.root(), environment);
        IsolatedStack stack = null;
        try {
            Path project = project(settings);
            SimulatedGpu gpu = SimulatedGpu.prepare(project, run.resolve("simulated-gpu"));
            Files.createDirectories(run.resolve("logs"));
            PrintStream log = new PrintStream(
                    Files.newOutputStream(run.resolve("logs/supervisor.log")), true, StandardCharsets.UTF_8);
            stack = new IsolatedStack(settings, config, gpu, log);
            stack.startAll(new StackServices(project, config, new Probe(), Optional.of(gpu)), environment);
            return stack;
        } catch (LaunchException e) {
            if (stack != null) {
                stack.close();
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String yaml(Settings settings) {
        List<Integer> ports = settings.ports();
        return String.format(
                Locale.ROOT,
                """
                renderer: {port: %d, jolokia-port: %d}
                redis: {url: 'redis://127.0.0.1:%d'}
                stack: {run-directory: '%s', prometheus-port: %d, alertmanager-port: %d, grafana-port: %d}
                %s
                """,
                ports.get(0),
                ports.get(1),
                ports.get(3),
                settings.runDirectory(),
                ports.get(4),
                ports.get(5),
                ports.get(6),
                settings.yaml());
    }

    /** A directory with the layout of the project and other rules. */
    private static Path project(Settings settings) throws IOException {
        Path project = Files.createDirectories(settings.runDirectory().resolve("project"));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(settings.root())) {
            for (Path entry : entries) {
                Path link = project.resolve(entry.getFileName().toString());
                Files.deleteIfExists(link);
                boolean rules = entry.endsWith("alerting-rules");
                Files.createSymbolicLink(link, (rules ? settings.rules() : entry).toAbsolutePath());
            }
        }
        return project;
    }

    private void startAll(StackServices stack, Map<String, String> environment)
            throws IOException, LaunchException, InterruptedException {
        start(Service.REDIS, stack.redis(), environment);
        start(Service.RENDERER, stack.renderer(Optional.empty()), environment);
        supervisor.awaitReady();
        start(Service.EXPORTER, stack.exporter(), environment);
        supervisor.awaitReady();
        // Last, so that services that are still starting raise no alert.
        start(Service.ALERTMANAGER, stack.alertmanager(), environment);
        supervisor.awaitReady();
        start(Service.PROMETHEUS, stack.prometheus(), environment);
        supervisor.awaitReady();
    }

    private void start(Service service, ServiceSpec spec, Map<String, String> environment) throws LaunchException {
        Map<String, String> more = new HashMap<>(environment);
        more.putAll(settings.environment().getOrDefault(service, Map.of()));
        ManagedProcess process = new ManagedProcess(with(spec, more), settings.runDirectory());
        processes.put(service, process);
        supervisor.start(process);
    }

    private static ServiceSpec with(ServiceSpec spec, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(spec.environment());
        environment.putAll(more);
        return new ServiceSpec(
                spec.name(),
                spec.command(),
                environment,
                spec.ready(),
                spec.url(),
                spec.log(),
                spec.timeout(),
                spec.restartDelay());
    }

    /** Checks the services once and restarts those that ended. Call it several times per second. */
    public void tick() throws IOException, InterruptedException {
        try {
            supervisor.tick();
        } catch (LaunchException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Whether every process runs and serves. */
    public boolean isWhole() throws InterruptedException {
        for (ManagedProcess process : processes.values()) {
            try {
                if (!process.isAlive() || !process.spec().ready().test()) {
                    return false;
                }
            } catch (LaunchException e) {
                return false;
            }
        }
        return true;
    }

    /** Whether the renderer can be read, as far as that shows from outside. */
    public boolean rendererListens() {
        return PortOwner.isTaken(config.jolokiaPort());
    }

    /** Process id of the last start of a process. */
    public long pid(Service service) {
        return process(service).pid();
    }

    /** Kills a service with {@code SIGKILL} and waits until it has ended. */
    public void kill(Service service) throws IOException, InterruptedException {
        ProcessHandle handle =
                ProcessHandle.of(pid(service)).orElseThrow(() -> new IOException(service + " has ended"));
        handle.destroyForcibly();
        while (process(service).isAlive()) {
            Thread.sleep(5);
        }
    }

    private ManagedProcess process(Service service) {
        ManagedProcess process = processes.get(service);
        if (process == null) {
            throw new IllegalStateException(service + " was not started");
        }
        return process;
    }

    /** Scenario file of the simulated GPU; may be written while it runs. */
    public Path gpuScenario() {
        return gpu.scenario();
    }

    public Path runDirectory() {
        return settings.runDirectory();
    }

    /** Base address of the renderer's page, without a slash at its end. */
    public String page() {
        return url(config.rendererPort());
    }

    public String exporter() {
        return url(config.exporterPort());
    }

    public String prometheus() {
        return url(config.prometheusPort());
    }

    public int redisPort() {
        return config.redisPort();
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        try {
            for (ManagedProcess process : processes.values()) {
                if (process.isAlive()) {
                    wake(process.pid());
                }
            }
            supervisor.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the services end with this thread at the latest
        }
        log.close();
    }

    /** A stopped process could not hear that it is to end. */
    private void wake(long pid) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-CONT", Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            log.println("cannot wake " + pid + ": " + e.getMessage());
        }
    }
}
