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
 * A renderer at work: loaded, drawing, listening. {@link #start} answers with the first frame out; {@link #awaitExit} when
 * somebody or a fault wants the end; {@link #close} ends it in order, within three seconds.
 */
public final class Renderer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Renderer.class);
    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(1);

    private final RendererSettings settings;
    private final RendererComponents assembly;
    private final RendererContext around;
    private final Lifecycle lifecycle;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final ShutdownSequence undo = new ShutdownSequence();
    private final ErrorStatus faults = new ErrorStatus();
    /** Whether the render thread could not be ended. */
    private boolean leftBehind;

    private int port;
    private int jolokiaPort;

    private Renderer(RendererSettings settings, RendererComponents assembly, RendererContext around) {
        this.settings = settings;
        this.assembly = assembly;
        this.around = around;
        this.lifecycle = new Lifecycle(around.clock());
    }

    /**
     * Starts; answers when the first frame is out.
     *
     * @throws StartException when it cannot; nothing is left behind then
     */
    public static Renderer start(RendererSettings settings, RendererComponents assembly, RendererContext around)
            throws StartException {
        Renderer renderer = new Renderer(settings, assembly, around);
        try {
            renderer.open();
            return renderer;
        } catch (IOException e) {
            renderer.undo.run();
            throw new StartException(ExitCodes.CONFIG, String.valueOf(e.getMessage()), e);
        } catch (StartException | RuntimeException e) {
            renderer.undo.run();
            throw e;
        }
    }

    private void open() throws IOException, StartException {
        RendererConfig config = settings.renderer();
        undo.push("systemd", around.service()::close);
        around.service().status("starting");
        lifecycle.change("start", EnumSet.of(LifecycleState.CREATED), LifecycleState.INITIALIZING, "");

        // What takes long goes on side by side.
        RenderableAvatarLoader avatars = new RenderableAvatarLoader(assembly, around.ticker());
        CompletableFuture<RenderableAvatar> avatar = aside("load-avatar", () -> avatars.load(config.model()));
        CompletableFuture<CudaDevices> devices = aside("find-gpu", assembly::devices);
        CompletableFuture<StateStore> opening = aside("open-state", assembly::stateStore);
        undo.push("state", () -> whenMade(opening, StateStore::close));
        ControlPassword password = config.controlPasswordFile().isPresent()
                ? ControlPassword.read(config.controlPasswordFile().get())
                : ControlPassword.none();
        CompletableFuture<JolokiaEndpoint> jolokia = openManagement(config, password);
        RendererPage page =
                new RendererPage(around.version(), around.startTime(), around.clock(), config.gpuSimulated());
        RendererComponents.ViewerEnd viewers = assembly.viewers(page);
        undo.push("viewers", viewers::close);
        viewers.start();
        CompletableFuture<String> gpuLost = new CompletableFuture<>();
        RendererComponents.Drawing drawing = assembly.drawing(config.backend(), result(devices), gpuLost::complete);
        drawing.gpu().ifPresent(gpu -> undo.push("GPU lock", gpu.release()::run));
        Rasterizer rasterizer = drawing.rasterizer();
        undo.push("rasterizer", () -> closeUnlessDrawing(rasterizer));

        StateStore store = result(opening);
        RestartCounter ledger = new RestartCounter(settings.state().directory());
        undo.push("restart ledger", ledger::ended);
        ActiveAlert.Source alerts = assembly.alerts();
        undo.push("alerts", alerts::close);
        CompletableFuture<Void> ending = gpuLost.thenAccept(reason -> endForGpu(reason, ledger));
        undo.push("GPU watch", () -> ending.cancel(false));
        Core core = core(result(avatar), store, rasterizer, viewers.hub(), ledger, alerts);
        BackendSelector.requireRoom(
                config.backend(), drawing.gpu(), result(avatar).splats(), core.pipeline.picture());
        RendererOperations operations = operations(core, drawing.reason(), avatars);
        RendererMBeans mbeans = new RendererMBeans(
                around.mbeans(),
                new RendererMBeans.Parts(
                        operations,
                        core.stats,
                        store,
                        viewers.hub(),
                        result(devices).devices(),
                        settings.gpu().memoryFraction(),
                        drawing.gpu().map(gpu -> gpuInUse(gpu, core.commands)),
                        around.clock()));
        undo.push("MBeans", mbeans::close);
        page.attach(new RendererPage.View(operations, core.health, core.stats, store, assembly, viewers, alerts));
        store.onChange(state -> viewers.changed());
        lifecycle.onChange(change -> viewers.changed());

        draw(core);
        port = viewers.port();
        jolokiaPort = result(jolokia).port();
        tell(operations);
    }

    /** A GPU that does not come back: a new process may find it again, or will say why it draws on the CPU. */
    private void endForGpu(String reason, RestartCounter ledger) {
        log.error("ending for a restart: {}", reason);
        faults.note("gpu", new IllegalStateException(reason));
        ledger.restarting(RestartCounter.FAILURE);
        exit.complete(ExitCodes.TEMPORARY);
    }

    private static GpuInUse gpuInUse(RendererComponents.Drawing.Gpu gpu, RenderThreadExecutor commands) {
        return new GpuInUse(gpu.device(), gpu.control(), commands);
    }

    /** What draws, and what watches it draw. */
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
                around.ticker());
        FrameStats stats = new FrameStats(around.ticker());
        RenderThreadExecutor commands = new RenderThreadExecutor();
        FrameMonitor watch = new FrameMonitor(lifecycle, around.service(), faults, ledger, exit);
        FrameLoop loop =
                new FrameLoop(pipeline, watch, commands, stats, config.targetFps(), config.idleFps(), around.ticker());
        boolean redisWanted = settings.redis().redis().isPresent();
        HealthMonitor health = new HealthMonitor(lifecycle, stats, loop, store, hub, faults, rasterizer, redisWanted);
        return new Core(store, rasterizer, hub, ledger, pipeline, commands, stats, watch, loop, health);
    }

    private RendererOperations operations(Core core, String backendReason, RenderableAvatarLoader avatars) {
        RendererOperations.Parts parts = new RendererOperations.Parts(
                around.version(),
                around.startTime(),
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
                around.service(),
                around.configuration());
        return new RendererOperations(parts, settings, core.health::reasons, exit);
    }

    /** Starts the frames and waits for the first. */
    private void draw(Core core) throws StartException {
        StatusReporter housekeeper = new StatusReporter(
                core.health, lifecycle, core.stats, core.hub, core.rasterizer::name, around.service());
        undo.push("housekeeping", housekeeper::close);
        LoggingSystem events = LoggingSystem.ofProcess();
        events.trace(
                new LogContext(core.loop::sequence, () -> core.store.current().seq()));
        undo.push("trace", events::untrace);
        undo.push("last save", core.store::save);
        undo.push("frames", () -> stop(core.loop));
        core.loop.start();
        awaitFirstFrame(core.watch);
        housekeeper.start();
    }

    private void tell(RendererOperations operations) {
        log.info(
                "avatar {} ({} Gaussians) at http://{}:{}, Jolokia at port {}, drawn by {}: {}",
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
            undo.push("JMX", jmx::close);
        }
        CompletableFuture<JolokiaEndpoint> jolokia = aside(
                "open-jolokia",
                () -> new JolokiaEndpoint(
                        new InetSocketAddress(config.bind(), config.jolokiaPort()),
                        config.allowedHosts(),
                        config.jolokiaPolicyFile(),
                        password));
        undo.push("Jolokia", () -> whenMade(jolokia, JolokiaEndpoint::close));
        return jolokia;
    }

    private void awaitFirstFrame(FrameMonitor watch) throws StartException {
        CompletableFuture.anyOf(watch.firstFrame(), exit).join();
        if (!watch.firstFrame().isDone()) {
            throw new StartException(
                    exit.getNow(ExitCodes.SOFTWARE),
                    "no frame could be drawn: " + faults.lastError().orElse("no reason known"));
        }
    }

    private void stop(FrameLoop loop) {
        if (!loop.stop(LOOP_PATIENCE)) {
            leftBehind = true;
            log.warn("the render thread did not end in {} s and is left behind", LOOP_PATIENCE.toSeconds());
        }
    }

    /** What a thread still draws with must not be freed: it goes with the process. */
    private void closeUnlessDrawing(Rasterizer rasterizer) {
        if (!leftBehind) {
            rasterizer.close();
        }
    }

    /** Work beside the main thread. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> CompletableFuture<T> aside(String name, Work<T> work) {
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

    /** Undoes what was made aside; what could not be made has been reported. */
    private static <T> void whenMade(CompletableFuture<T> work, Consumer<T> end) {
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

    /** Waits until the process is to end; answers its exit code. */
    public int awaitExit() {
        return exit.join();
    }

    /** Ends in order: no new frame, the state saved, viewers let go, Jolokia and JMX last. */
    @Override
    public void close() {
        around.service().stopping();
        undo.run();
        lifecycle.end(LifecycleState.STOPPED, "");
        exit.complete(ExitCodes.OK);
    }
}
