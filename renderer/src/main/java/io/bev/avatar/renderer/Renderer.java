package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.log.LogContext;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.expression.AlertOverlay;
import io.bev.avatar.renderer.frame.ErrorStatus;
import io.bev.avatar.renderer.frame.FrameLoop;
import io.bev.avatar.renderer.frame.FrameMonitor;
import io.bev.avatar.renderer.frame.FrameRenderer;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.frame.RenderThreadExecutor;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.lifecycle.RestartCounter;
import io.bev.avatar.renderer.lifecycle.ShutdownSequence;
import io.bev.avatar.renderer.management.jolokia.ControlPassword;
import io.bev.avatar.renderer.management.jolokia.JmxEndpoint;
import io.bev.avatar.renderer.management.jolokia.JolokiaEndpoint;
import io.bev.avatar.renderer.management.mbean.GpuInUse;
import io.bev.avatar.renderer.management.mbean.RendererMBeans;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running renderer: loaded, rendering, listening. {@link #start} returns once the first frame is published; {@link
 * #awaitExit} when an operator or a fault ends the process; {@link #close} shuts down in order, within three seconds.
 */
public final class Renderer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Renderer.class);
    private static final Duration LOOP_TIMEOUT = Duration.ofSeconds(1);

    private final RendererSettings settings;
    private final RendererComponents assembly;
    private final RendererContext context;
    private final Lifecycle lifecycle;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final ShutdownSequence shutdown = new ShutdownSequence();
    private final ErrorStatus faults = new ErrorStatus();
    /** Whether the render thread could not be stopped. */
    private boolean renderThreadStuck;

    private int port;
    private int jolokiaPort;

    private Renderer(RendererSettings settings, RendererComponents assembly, RendererContext context) {
        this.settings = settings;
        this.assembly = assembly;
        this.context = context;
        this.lifecycle = new Lifecycle(context.clock());
    }

    /**
     * Starts the renderer; returns once the first frame is published.
     *
     * @throws StartException when it cannot start; all resources are released
     */
    public static Renderer start(RendererSettings settings, RendererComponents assembly, RendererContext context)
            throws StartException {
        Renderer renderer = new Renderer(settings, assembly, context);
        try {
            renderer.open();
            return renderer;
        } catch (IOException e) {
            renderer.shutdown.run();
            throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
        } catch (StartException | RuntimeException e) {
            renderer.shutdown.run();
            throw e;
        }
    }

    private void open() throws IOException, StartException {
        RendererConfig config = settings.renderer();
        shutdown.push("systemd", context.service()::close);
        context.service().status("starting");
        lifecycle.change("start", EnumSet.of(LifecycleState.CREATED), LifecycleState.INITIALIZING, "");

        // Slow steps run in parallel.
        RenderableAvatarLoader avatars = new RenderableAvatarLoader(assembly, context.ticker());
        CompletableFuture<RenderableAvatar> avatar = startAsync("load-avatar", () -> avatars.load(config.model()));
        CompletableFuture<CudaDevices> devices = startAsync("find-gpu", assembly::devices);
        CompletableFuture<StateStore> storeOpening = startAsync("open-state", assembly::stateStore);
        shutdown.push("state", () -> closeIfOpened(storeOpening, StateStore::close));
        ControlPassword password = config.controlPasswordFile().isPresent()
                ? ControlPassword.read(config.controlPasswordFile().get())
                : ControlPassword.none();
        CompletableFuture<JolokiaEndpoint> jolokia = openManagement(config, password);
        RendererPage page =
                new RendererPage(context.version(), context.startTime(), context.clock(), config.gpuSimulated());
        RendererComponents.ViewerEnd viewers = assembly.viewers(page);
        shutdown.push("viewers", viewers::close);
        viewers.start();
        CompletableFuture<String> gpuLoss = new CompletableFuture<>();
        RendererComponents.Drawing drawing = assembly.drawing(config.backend(), result(devices), gpuLoss::complete);
        drawing.gpu().ifPresent(gpu -> shutdown.push("GPU lock", gpu.release()::run));
        Rasterizer rasterizer = drawing.rasterizer();
        shutdown.push("rasterizer", () -> closeUnlessRendering(rasterizer));

        StateStore store = result(storeOpening);
        RestartCounter ledger = new RestartCounter(settings.state().directory());
        shutdown.push("restart ledger", ledger::ended);
        ActiveAlert.Source alerts = assembly.alerts();
        shutdown.push("alerts", alerts::close);
        CompletableFuture<Void> gpuLossHandling = gpuLoss.thenAccept(reason -> endForGpu(reason, ledger));
        shutdown.push("GPU watch", () -> gpuLossHandling.cancel(false));
        Core core = core(result(avatar), store, rasterizer, viewers.hub(), ledger, alerts);
        BackendSelector.requireCapacity(
                config.backend(), drawing.gpu(), result(avatar).splats(), core.pipeline.target());
        RendererOperations operations = operations(core, drawing.reason(), avatars);
        RendererMBeans mbeans = new RendererMBeans(
                context.mbeans(),
                new RendererMBeans.Parts(
                        operations,
                        core.stats,
                        store,
                        viewers.hub(),
                        result(devices).devices(),
                        settings.gpu().memoryFraction(),
                        drawing.gpu().map(gpu -> gpuInUse(gpu, core.commands)),
                        context.clock()));
        shutdown.push("MBeans", mbeans::close);
        page.attach(new RendererPage.View(operations, core.health, core.stats, store, assembly, viewers, alerts));
        store.onChange(state -> viewers.changed());
        lifecycle.onChange(change -> viewers.changed());

        startFrames(core);
        port = viewers.port();
        jolokiaPort = result(jolokia).port();
        logStarted(operations);
    }

    /** Permanent loss of the GPU: a new process may find it again, otherwise it reports why it renders on the CPU. */
    private void endForGpu(String reason, RestartCounter ledger) {
        LOG.error("GPU lost, exiting for a restart: {}", reason);
        faults.record("gpu", new IllegalStateException(reason));
        ledger.restarting(RestartCounter.FAILURE);
        exit.complete(ExitCodes.TEMPORARY);
    }

    private static GpuInUse gpuInUse(RendererComponents.Drawing.Gpu gpu, RenderThreadExecutor commands) {
        return new GpuInUse(gpu.device(), gpu.control(), commands);
    }

    /** The rendering components and their monitors. */
    private record Core(
            StateStore store,
            Rasterizer rasterizer,
            FrameHub hub,
            RestartCounter ledger,
            FrameRenderer pipeline,
            RenderThreadExecutor commands,
            FrameStats stats,
            FrameMonitor watch,
            FrameLoop loop,
            HealthMonitor health) {}

    private Core core(
            RenderableAvatar avatar,
            StateStore store,
            Rasterizer rasterizer,
            FrameHub hub,
            RestartCounter ledger,
            ActiveAlert.Source alerts) {
        RendererConfig config = settings.renderer();
        FrameRenderer pipeline = new FrameRenderer(
                avatar,
                config.width(),
                config.height(),
                config.background(),
                store,
                new AlertOverlay(assembly.expression(), alerts, store.current()),
                rasterizer,
                hub,
                context.ticker());
        FrameStats stats = new FrameStats(context.ticker());
        RenderThreadExecutor commands = new RenderThreadExecutor();
        FrameMonitor watch = new FrameMonitor(lifecycle, context.service(), faults, ledger, exit);
        FrameLoop loop =
                new FrameLoop(pipeline, watch, commands, stats, config.targetFps(), config.idleFps(), context.ticker());
        boolean redisConfigured = settings.redis().redis().isPresent();
        HealthMonitor health =
                new HealthMonitor(lifecycle, stats, loop, store, hub, faults, rasterizer, redisConfigured);
        return new Core(store, rasterizer, hub, ledger, pipeline, commands, stats, watch, loop, health);
    }

    private RendererOperations operations(Core core, String backendReason, RenderableAvatarLoader avatars) {
        RendererOperations.Parts parts = new RendererOperations.Parts(
                context.version(),
                context.startTime(),
                core.rasterizer,
                backendReason,
                lifecycle,
                core.loop,
                core.pipeline,
                core.commands,
                core.store,
                core.hub,
                avatars,
                core.ledger,
                faults,
                context.service(),
                context.configuration());
        return new RendererOperations(parts, settings, core.health::reasons, exit);
    }

    /** Starts the frame loop and waits for the first frame. */
    private void startFrames(Core core) throws StartException {
        StatusReporter housekeeper = new StatusReporter(
                core.health, lifecycle, core.stats, core.hub, core.rasterizer::name, context.service());
        shutdown.push("housekeeping", housekeeper::close);
        LoggingSystem events = LoggingSystem.ofProcess();
        events.trace(
                new LogContext(core.loop::sequence, () -> core.store.current().seq()));
        shutdown.push("trace", events::clearContext);
        shutdown.push("last save", core.store::save);
        shutdown.push("frames", () -> stop(core.loop));
        core.loop.start();
        awaitFirstFrame(core.watch);
        housekeeper.start();
    }

    private void logStarted(RendererOperations operations) {
        LOG.info(
                "started: avatar {} ({} Gaussians) at http://{}:{}, Jolokia at port {}, backend {}: {}",
                operations.model().source(),
                operations.model().gaussians(),
                settings.renderer().bind(),
                port,
                jolokiaPort,
                operations.backend(),
                operations.backendReason());
    }

    private CompletableFuture<JolokiaEndpoint> openManagement(RendererConfig config, ControlPassword password)
            throws IOException {
        if (config.jmxPort() > 0) {
            JmxEndpoint jmx = new JmxEndpoint(config.jmxPort(), password);
            shutdown.push("JMX", jmx::close);
        }
        CompletableFuture<JolokiaEndpoint> jolokia = startAsync(
                "open-jolokia",
                () -> new JolokiaEndpoint(
                        new InetSocketAddress(config.bind(), config.jolokiaPort()),
                        config.allowedHosts(),
                        config.jolokiaPolicyFile(),
                        password));
        shutdown.push("Jolokia", () -> closeIfOpened(jolokia, JolokiaEndpoint::close));
        return jolokia;
    }

    private void awaitFirstFrame(FrameMonitor watch) throws StartException {
        CompletableFuture.anyOf(watch.firstFrame(), exit).join();
        if (!watch.firstFrame().isDone()) {
            throw new StartException(
                    exit.getNow(ExitCodes.SOFTWARE),
                    "no frame could be rendered: " + faults.lastError().orElse("unknown cause"));
        }
    }

    private void stop(FrameLoop loop) {
        if (!loop.stop(LOOP_TIMEOUT)) {
            renderThreadStuck = true;
            LOG.warn("the render thread did not stop within {} s and is abandoned", LOOP_TIMEOUT.toSeconds());
        }
    }

    /** Resources still used by the render thread must not be freed; they are released when the process ends. */
    private void closeUnlessRendering(Rasterizer rasterizer) {
        if (!renderThreadStuck) {
            rasterizer.close();
        }
    }

    /** Work for a background thread. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> CompletableFuture<T> startAsync(String name, Work<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        done.complete(work.run());
                    } catch (IOException | RuntimeException | LinkageError e) {
                        done.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    /** Closes the result of a background task; its failure has already been reported. */
    private static <T> void closeIfOpened(CompletableFuture<T> work, Consumer<T> end) {
        work.handle((made, fault) -> Optional.ofNullable(made)).join().ifPresent(end);
    }

    private static <T> T result(CompletableFuture<T> work) throws IOException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        }
    }

    /** Port of the page. */
    public int port() {
        return port;
    }

    public int jolokiaPort() {
        return jolokiaPort;
    }

    /** Waits until the process should end; returns the exit code. */
    public int awaitExit() {
        return exit.join();
    }

    /** Shuts down in order: stops frames, saves the state, disconnects viewers, then closes Jolokia and JMX. */
    @Override
    public void close() {
        context.service().stopping();
        shutdown.run();
        lifecycle.end(LifecycleState.STOPPED, "");
        exit.complete(ExitCodes.OK);
    }
}
