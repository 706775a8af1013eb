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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A complete stack with a simulated GPU on free ports and in its own directory, for benchmarks and fault injection. Supervised as
 * by {@code ./avatar up}, but only in calls of {@link #tick}: a killed service stays down until then. Not thread-safe;
 * {@link #close} may be called from another thread.
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
     * @param runDirectory directory of its files
     * @param rules directory used instead of the shipped {@code alerting-rules}
     * @param yaml additional sections of {@code avatar.yaml}, other than {@code stack}, {@code renderer} and {@code redis}
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
     * Starts all services and waits until they are ready. The processes end with the calling thread.
     *
     * @throws IOException when a service is not installed or does not start
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

    /** A directory with links to the project's files, and other rules. */
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
        StackStarter.startAll(
                supervisor,
                List.of(
                        process(Service.REDIS, stack.redis(), environment),
                        process(Service.RENDERER, stack.renderer(Optional.empty()), environment),
                        process(Service.EXPORTER, stack.exporter(), environment)),
                List.of(
                        process(Service.ALERTMANAGER, stack.alertmanager(), environment),
                        process(Service.PROMETHEUS, stack.prometheus(), environment)));
    }

    private ManagedProcess process(Service service, ServiceSpec spec, Map<String, String> environment) {
        ServiceSpec configured = spec.withEnvironment(environment)
                .withEnvironment(settings.environment().getOrDefault(service, Map.of()));
        ManagedProcess process = new ManagedProcess(configured, settings.runDirectory());
        processes.put(service, process);
        return process;
    }

    /** Checks the services once and restarts those that ended. Call it several times per second. */
    public void tick() throws IOException, InterruptedException {
        try {
            supervisor.tick();
        } catch (LaunchException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Whether every service runs and is ready. */
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

    /** Whether a process listens on the renderer's Jolokia port. */
    public boolean rendererListens() {
        return PortOwner.isTaken(config.jolokiaPort());
    }

    /** Process id of the last start of a service. */
    public long pid(Service service) {
        return process(service).pid();
    }

    /** Kills a service with SIGKILL and waits until it has ended. */
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

    /** Scenario file of the simulated GPU; may be changed while it runs. */
    public Path gpuScenario() {
        return gpu.scenario();
    }

    /** NVML simulator of this stack. */
    public Path gpuLibrary() {
        return gpu.library();
    }

    public Path runDirectory() {
        return settings.runDirectory();
    }

    /** Base URL of the renderer's page, without a trailing slash. */
    public String page() {
        return url(config.rendererPort());
    }

    /** Base URL of the renderer's Jolokia port, without a trailing slash. */
    public String jolokia() {
        return url(config.jolokiaPort());
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
                    resume(process.pid());
                }
            }
            supervisor.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the services end with this thread
        }
        log.close();
    }

    /** Resumes a stopped process, which would not handle SIGTERM. */
    private void resume(long pid) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-CONT", Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            log.println("cannot resume " + pid + ": " + e.getMessage());
        }
    }
}
