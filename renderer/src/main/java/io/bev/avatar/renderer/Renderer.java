package io.bev.avatar.renderer;

import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.jolokia.ControlPassword;
import io.bev.avatar.renderer.jolokia.JmxEndpoint;
import io.bev.avatar.renderer.jolokia.JolokiaEndpoint;
import io.bev.avatar.renderer.lifecycle.ExitCode;
import io.bev.avatar.renderer.lifecycle.FrameLoop;
import io.bev.avatar.renderer.lifecycle.FramePipeline;
import io.bev.avatar.renderer.lifecycle.FrameStats;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.lifecycle.LoadedAvatar;
import io.bev.avatar.renderer.lifecycle.RenderCommands;
import io.bev.avatar.renderer.lifecycle.RestartLedger;
import io.bev.avatar.renderer.lifecycle.ShutdownSequence;
import io.bev.avatar.renderer.mbean.RendererMBeans;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.cuda.CudaDevices;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
    private final RendererAssembly assembly;
    private final Surroundings around;
    private final Lifecycle lifecycle;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final ShutdownSequence undo = new ShutdownSequence();
    private final Faults faults = new Faults();
    private int port;
    private int jolokiaPort;

    private Renderer(RendererSettings settings, RendererAssembly assembly, Surroundings around) {
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
    public static Renderer start(RendererSettings settings, RendererAssembly assembly, Surroundings around)
            throws StartException {
        Renderer renderer = new Renderer(settings, assembly, around);
        try {
            renderer.open();
            return renderer;
        } catch (IOException e) {
            renderer.undo.run();
            throw new StartException(ExitCode.CONFIG, String.valueOf(e.getMessage()), e);
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

        AvatarFitting avatars = new AvatarFitting(assembly, around.ticker());
        CompletableFuture<LoadedAvatar> avatar = aside("load-avatar", () -> avatars.load(config.model()));
        CompletableFuture<CudaDevices> devices = aside("find-gpu", assembly::devices);
        ControlPassword password = config.controlPasswordFile().isPresent()
                ? ControlPassword.read(config.controlPasswordFile().get())
                : ControlPassword.none();
        CompletableFuture<JolokiaEndpoint> jolokia = openManagement(config, password);

        RendererPage page = new RendererPage(around.version(), around.startTime(), around.clock());
        RendererAssembly.ViewerEnd viewers = assembly.viewers(page);
        undo.push("viewers", viewers::close);
        viewers.start();
        StateStore store = assembly.stateStore();
        undo.push("state", store::close);
        RestartLedger ledger = new RestartLedger(settings.state().directory());
        undo.push("restart ledger", ledger::ended);
        Rasterizer rasterizer = assembly.rasterizer();
        undo.push("rasterizer", rasterizer::close);
        String backendReason = Backends.reasonForCpu(config.backend(), result(devices));

        FrameHub hub = viewers.hub();
        FramePipeline pipeline = new FramePipeline(
                result(avatar),
                config.width(),
                config.height(),
                config.background(),
                store,
                assembly.expression(),
                rasterizer,
                hub,
                around.ticker());
        FrameStats stats = new FrameStats(around.ticker());
        RenderCommands commands = new RenderCommands();
        FrameWatch watch = new FrameWatch(lifecycle, around.service(), faults, ledger, exit);
        FrameLoop loop =
                new FrameLoop(pipeline, watch, commands, stats, config.targetFps(), config.idleFps(), around.ticker());
        Health health = new Health(
                lifecycle,
                stats,
                loop,
                store,
                hub,
                faults,
                settings.redis().url().isPresent());
        Operations operations = new Operations(
                new Operations.Parts(
                        around.version(),
                        around.startTime(),
                        rasterizer.name(),
                        backendReason,
                        lifecycle,
                        loop,
                        pipeline,
                        commands,
                        store,
                        hub,
                        avatars,
                        ledger,
                        faults,
                        around.service(),
                        around.configuration()),
                settings,
                health::reasons,
                exit);
        RendererMBeans mbeans = new RendererMBeans(
                around.mbeans(),
                new RendererMBeans.Parts(
                        operations,
                        stats,
                        store,
                        hub,
                        result(devices).devices(),
                        settings.gpu().memoryFraction(),
                        around.clock()));
        undo.push("MBeans", mbeans::close);
        page.attach(new RendererPage.View(operations, health, stats, store, assembly, viewers));
        store.onChange(state -> viewers.changed());
        lifecycle.onChange(change -> viewers.changed());

        Housekeeper housekeeper = new Housekeeper(health, lifecycle, stats, hub, rasterizer.name(), around.service());
        undo.push("housekeeping", housekeeper::close);
        undo.push("last save", store::save);
        undo.push("frames", () -> stop(loop));
        loop.start();
        awaitFirstFrame(watch);
        housekeeper.start();
        port = viewers.port();
        jolokiaPort = result(jolokia).port();
        log.info(
                "avatar {} ({} Gaussians) at http://{}:{}, Jolokia at port {}, drawn by {}: {}",
                operations.model().source(),
                operations.model().gaussians(),
                config.bind(),
                port,
                jolokiaPort,
                rasterizer.name(),
                backendReason);
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
        undo.push("Jolokia", () -> {
            if (!jolokia.handle((endpoint, fault) -> fault != null).join()) {
                jolokia.join().close();
            }
        });
        return jolokia;
    }

    private void awaitFirstFrame(FrameWatch watch) throws StartException {
        CompletableFuture.anyOf(watch.firstFrame(), exit).join();
        if (!watch.firstFrame().isDone()) {
            throw new StartException(
                    exit.getNow(ExitCode.SOFTWARE),
                    "no frame could be drawn: " + faults.lastError().orElse("no reason known"));
        }
    }

    private void stop(FrameLoop loop) {
        if (!loop.stop(LOOP_PATIENCE)) {
            log.warn("the render thread did not end in {} s and is left behind", LOOP_PATIENCE.toSeconds());
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
        exit.complete(ExitCode.OK);
    }
}
