package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.systemd.ListenerStore;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.expression.ExpressionController;
import io.bev.avatar.renderer.expression.SpeechMotion;
import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.speech.Speaker;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AlertFeed;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.DurableStateStore;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.state.StateDirectoryInUseException;
import io.bev.avatar.renderer.state.StateDocument;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.LatestFrameHub;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.renderer.stream.SoundOutput;
import io.bev.avatar.renderer.stream.StreamServer;
import io.bev.avatar.renderer.stream.StreamSettings;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.cpu.CpuRasterizer;
import io.bev.avatar.splat.raster.cpu.TileKernels;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.CudaDiscovery;
import io.bev.avatar.splat.raster.cuda.DeviceLock;
import io.bev.avatar.splat.raster.cuda.KernelCache;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.ModelMemory;
import io.bev.avatar.splat.scene.builtin.BuiltInAvatar;
import io.bev.avatar.splat.scene.io.AvatarLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The production components of the renderer. */
public final class DefaultRendererComponents implements RendererComponents {

    private final RendererSettings settings;
    private final Map<String, String> environment;
    private final Clock clock;
    private final Ticker ticker;
    private final ListenerStore listeners;

    /** @param listeners keeps the page's socket during restarts */
    public DefaultRendererComponents(
            RendererSettings settings,
            Map<String, String> environment,
            Clock clock,
            Ticker ticker,
            ListenerStore listeners) {
        this.listeners = listeners;
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public StateStore stateStore() throws IOException {
        DurableStateStore store =
                new DurableStateStore(settings.state(), settings.redis(), settings.osint(), clock, ticker);
        try {
            store.start();
            return store;
        } catch (StateDirectoryInUseException e) {
            store.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public ObjectNode document(AvatarState state) {
        return StateDocument.tree(state);
    }

    @Override
    public CudaDevices devices() {
        return CudaDiscovery.ofMachine(environment, settings.state().directory().resolve("native"))
                .find();
    }

    @Override
    public Rasterizer rasterizer() {
        return CpuRasterizer.warming(settings.renderer().threadCount(), TileKernels.fastest());
    }

    @Override
    public SelectedBackend selectBackend(BackendChoice choice, CudaDevices devices, Consumer<String> onPermanentLoss)
            throws StartException {
        KernelCache images = new KernelCache(settings.state().directory().resolve("native"));
        DeviceLock.Place locks = DeviceLock.Place.ofMachine(
                environment.getOrDefault("XDG_RUNTIME_DIR", ""),
                settings.state().directory(),
                Clock.systemUTC());
        return new BackendSelector(settings.gpu(), images, CudaDiscovery::driver, this::rasterizer, locks, ticker)
                .choose(choice, devices, onPermanentLoss);
    }

    @Override
    public Avatar avatar(Optional<Path> model, ModelMemory memory) throws IOException {
        return model.isPresent() ? AvatarLoader.load(model.get(), memory) : BuiltInAvatar.load();
    }

    /** Like {@link #avatar}, with the whole heap for the model. */
    public static Avatar load(Optional<Path> model) throws IOException {
        return model.isPresent() ? AvatarLoader.load(model.get()) : BuiltInAvatar.load();
    }

    @Override
    public Poser poser(Avatar avatar) {
        return Posers.of(avatar);
    }

    @Override
    public ExpressionSource expression(SpeechMotion speech) {
        ExpressionController controller = new ExpressionController(settings.expression(), speech);
        return (state, nowNanos, out) -> controller.advance(nowNanos, state, out);
    }

    @Override
    public Optional<Speaker> speaker(Optional<SoundOutput> out, Supplier<Emotion> emotion) {
        return out.map(sound -> Speaker.start(settings.speech(), sound, emotion, ticker, clock));
    }

    @Override
    public ActiveAlert.Source alerts() {
        return AlertFeed.of(settings.redis(), ticker);
    }

    @Override
    public FrameServer viewers(PageBackend model) {
        RendererConfig config = settings.renderer();
        LatestFrameHub hub = LatestFrameHub.of(settings.stream());
        StreamServer server = new StreamServer(
                StreamSettings.of(
                        config.bind(),
                        config.port(),
                        config.allowedHosts(),
                        settings.stream().maxViewers()),
                hub,
                model,
                settings.speech().enabled(),
                listeners);
        return new StreamFrameServer(hub, server);
    }

    private record StreamFrameServer(LatestFrameHub latest, StreamServer server) implements FrameServer {

        @Override
        public FrameHub hub() {
            return latest;
        }

        @Override
        public void start() throws IOException {
            server.start();
        }

        @Override
        public int port() {
            return server.port();
        }

        @Override
        public ConnectionTable connections() {
            return server.connections();
        }

        @Override
        public Optional<SoundOutput> sound() {
            return server.sound();
        }

        @Override
        public void changed() {
            server.stateChanged();
        }

        @Override
        public void close() {
            server.close();
            latest.close();
        }
    }
}
