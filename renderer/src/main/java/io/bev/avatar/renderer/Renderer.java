package io.bev.avatar.renderer;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.log.LogContext;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.expression.AlertOverlay;
import io.bev.avatar.renderer.expression.NotedUpdates;
import io.bev.avatar.renderer.expression.SpeechMotion;
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
import io.bev.avatar.renderer.speech.Speaker;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
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
    private final RendererComponents components;
    private final RendererContext context;
    private final Lifecycle lifecycle;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final ShutdownSequence shutdown = new ShutdownSequence();
    private final ErrorStatus errors = new ErrorStatus();
    /** Whether the render thread could not be stopped. */
    private boolean renderThreadStuck;

    private int port;
    private int jolokiaPort;

    private Renderer(RendererSettings settings, RendererComponents components, RendererContext context) {
        this.settings = settings;
        this.components = components;
        this.context = context;
        this.lifecycle = new Lifecycle(context.clock());
    }

    /**
     * Starts the renderer; returns once the first frame is published.
     *
     * @throws StartException when it cannot start; all resources are released
     */
    public static Renderer start(RendererSettings settings, RendererComponents components, RendererContext context)
            throws StartException {
        Renderer renderer = new Renderer(settings, components, context);
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
        RenderableAvatarLoader avatars = new RenderableAvatarLoader(components, config.antialiased(), context.ticker());
        SavedModel savedModel = new SavedModel(settings.state().directory());
        CompletableFuture<InitialModel> model =
                startAsync("load-avatar", () -> InitialModel.load(avatars, savedModel, config.model()));
        CompletableFuture<CudaDevices> devices = startAsync("find-gpu", components::devices);
        CompletableFuture<StateStore> storeOpening = startAsync("open-state", components::stateStore);
        shutdown.push("state", () -> closeIfOpened(storeOpening, StateStore::close));
        ControlPassword password = config.controlPasswordFile().isPresent()
                ? ControlPassword.read(config.controlPasswordFile().get())
                : ControlPassword.none();
        CompletableFuture<JolokiaEndpoint> jolokia = openManagement(config, password);
        RendererPage page = new RendererPage(
                context.version(),
                context::uptime,
                config.gpuSimulated(),
                settings.page(),
                updatePassword(config, password));
        RendererComponents.FrameServer viewers = components.viewers(page);
        shutdown.push("viewers", viewers::close);
        viewers.start();
        CompletableFuture<String> gpuLoss = new CompletableFuture<>();
        RendererComponents.SelectedBackend backend =
                components.selectBackend(config.backend(), result(devices), gpuLoss::complete);
        backend.gpu().ifPresent(gpu -> shutdown.push("GPU lock", gpu.release()::run));
        Rasterizer rasterizer = backend.rasterizer();
        shutdown.push("rasterizer", () -> closeUnlessRendering(rasterizer));

        StateStore store = result(storeOpening);
        RestartCounter restarts = new RestartCounter(settings.state().directory());
        shutdown.push("restart counter", restarts::ended);
        RendererHistory history = new RendererHistory(settings.state().directory(), store.current(), context);
        history.started(restarts);
        shutdown.push("history", history::close);
        ActiveAlert.Source alerts = components.alerts();
        shutdown.push("alerts", alerts::close);
        CompletableFuture<Void> gpuLossHandling = gpuLoss.thenAccept(reason -> endForGpu(reason, restarts));
        shutdown.push("GPU watch", () -> gpuLossHandling.cancel(false));
        FrameMonitor monitor = new FrameMonitor(lifecycle, context.service(), errors, restarts, exit);
        Optional<Speaker> speaker =
                components.speaker(viewers.sound(), () -> store.current().emotion());
        speaker.ifPresent(speech -> shutdown.push("speech", speech::close));
        speaker.ifPresent(speech -> store.onSpeech(speech::say));
        RendererRuntime runtime = runtime(
                result(model).avatar(),
                store,
                viewers.hub(),
                backend,
                restarts,
                alerts,
                history,
                avatars,
                monitor,
                speaker.map(Speaker::motion).orElse(SpeechMotion.SILENT));
        BackendSelector.requireCapacity(
                config.backend(),
                backend.gpu(),
                result(model).avatar().splats(),
                runtime.frames().target());
        HealthMonitor health = new HealthMonitor(runtime, settings.redis().isPresent());
        RendererOperations operations =
                new RendererOperations(runtime, settings, health::reasons, savedModel, result(model), exit);
        NotedUpdates updates = new NotedUpdates(store, alerts);
        RendererMBeans mbeans = new RendererMBeans(
                context.mbeans(),
                new RendererMBeans.Parts(
                        operations,
                        runtime.stats(),
                        store,
                        updates,
                        history.timeline(),
                        viewers.hub(),
                        speaker.map(speech -> speech),
                        Map.of(
                                "page",
                                viewers.connections(),
                                "jolokia",
                                result(jolokia).connections()),
                        result(devices),
                        settings.gpu().memoryFraction(),
                        backend.gpu().map(gpu -> gpuInUse(gpu, runtime.commands())),
                        settings.page().metricsUrl(),
                        context.clock()));
        shutdown.push("MBeans", mbeans::close);
        page.attach(new RendererPage.View(runtime, operations, health, components, updates, speaker));
        store.onChange(state -> {
            history.recorder().state(state);
            viewers.changed();
        });
        lifecycle.onChange(change -> {
            history.changed(change);
            viewers.changed();
        });

        startFrames(runtime, monitor, new StatusReporter(health, runtime, operations));
        RendererOperations.report(result(model).avatar());
        savedModel.loaded();
        port = viewers.port();
        jolokiaPort = result(jolokia).port();
        logStarted(operations);
    }

    /** Permanent loss of the GPU: a new process may find it again, otherwise it reports why it renders on the CPU. */
    private void endForGpu(String reason, RestartCounter restarts) {
        LOG.error("GPU lost, exiting for a restart: {}", reason);
        errors.record("gpu", new IllegalStateException(reason));
        restarts.restarting(RestartCounter.FAILURE);
        exit.complete(ExitCodes.TEMPORARY);
    }

    private static Optional<ControlPassword> updatePassword(RendererConfig config, ControlPassword password) {
        if (!config.updatesAreProtected()) {
            return Optional.empty();
        }
        LOG.info(
                "POST /state, /osint and /say {}",
                password.present()
                        ? "require the control password"
                        : "are disabled: renderer.control-password-file is not set");
        return Optional.of(password);
    }

    private static GpuInUse gpuInUse(RendererComponents.SelectedBackend.Gpu gpu, RenderThreadExecutor commands) {
        return new GpuInUse(gpu.device(), gpu.control(), commands);
    }

    private RendererRuntime runtime(
            RenderableAvatar avatar,
            StateStore store,
            FrameHub hub,
            RendererComponents.SelectedBackend backend,
            RestartCounter restarts,
            ActiveAlert.Source alerts,
            RendererHistory history,
            RenderableAvatarLoader avatars,
            FrameMonitor monitor,
            SpeechMotion speech) {
        RendererConfig config = settings.renderer();
        FrameRenderer frames = new FrameRenderer(
                avatar,
                config.width(),
                config.height(),
                config.background(),
                store,
                new AlertOverlay(components.expression(speech), alerts, store.current()),
                backend.rasterizer(),
                hub,
                context.ticker());
        FrameStats stats = new FrameStats(context.ticker());
        RenderThreadExecutor commands = new RenderThreadExecutor();
        FrameLoop loop =
                new FrameLoop(frames, monitor, commands, stats, config.targetFps(), config.idleFps(), context.ticker());
        return new RendererRuntime(
                context, lifecycle, errors, restarts, store, alerts, history, hub, backend, avatars, frames, commands,
                stats, loop);
    }

    /** Starts the frame loop and waits for the first frame. */
    private void startFrames(RendererRuntime runtime, FrameMonitor monitor, StatusReporter reporter)
            throws StartException {
        shutdown.push("housekeeping", reporter::close);
        LoggingSystem events = LoggingSystem.ofProcess();
        StateStore store = runtime.store();
        events.trace(
                new LogContext(runtime.loop()::sequence, () -> store.current().seq()));
        shutdown.push("trace", events::clearContext);
        shutdown.push("last save", store::save);
        shutdown.push("frames", () -> stop(runtime.loop()));
        runtime.loop().start();
        awaitFirstFrame(monitor);
        reporter.start();
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
                    "no frame could be rendered: " + errors.lastError().orElse("unknown cause"));
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
        DaemonThreads.start(name, () -> {
            try {
                done.complete(work.run());
            } catch (IOException | RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
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
            if (e.getCause() instanceof OutOfMemoryError fault) {
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
