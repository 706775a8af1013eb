package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.ConnectionLimits;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.renderer.config.BackendChoice;
import io.bev.avatar.renderer.expression.SpeechMotion;
import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import io.bev.avatar.splat.raster.cuda.GpuControl;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Renderer components without pixels, network or disk. */
public final class FakeRendererComponents implements RendererComponents {

    public final FakeStateStore store = new FakeStateStore();
    public final FakeHub hub = new FakeHub();
    public final List<String> calls = new CopyOnWriteArrayList<>();
    public final AtomicInteger changes = new AtomicInteger();
    public volatile boolean rasterizerBroken;
    public volatile int failingGaussians = -1;
    public volatile @Nullable IOException viewersFault;
    public volatile @Nullable PageBackend page;
    public List<CudaDevice> devices = List.of();
    /** Problem and fallback count reported by the rasterizer. */
    public volatile @Nullable String backendProblem;

    public volatile long fallbacks;
    /** Callback for a permanent GPU loss. */
    public volatile Consumer<String> onPermanentLoss = reason -> {};
    /** The device in use, if any. */
    public @Nullable GpuControl gpu;

    @Override
    public StateStore stateStore() {
        return store;
    }

    @Override
    public ObjectNode document(AvatarState state) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("seq", state.seq())
                .put("emotion", state.emotion().label());
    }

    @Override
    public CudaDevices devices() {
        return new CudaDevices(
                devices, devices.isEmpty() ? Optional.of("no NVIDIA driver: not in a test") : Optional.empty());
    }

    @Override
    public SelectedBackend selectBackend(BackendChoice wanted, CudaDevices found, Consumer<String> lost)
            throws StartException {
        onPermanentLoss = lost;
        Optional<SelectedBackend.Gpu> backend = Optional.ofNullable(gpu)
                .map(control -> new SelectedBackend.Gpu(0, control, () -> calls.add("GPU released")));
        String reason = backend.isPresent() ? "a GPU works" : BackendSelector.reasonForCpu(wanted, found);
        return new SelectedBackend(rasterizer(), reason, backend);
    }

    @Override
    public Rasterizer rasterizer() {
        return new Rasterizer() {
            @Override
            public String name() {
                return "fake";
            }

            @Override
            public Optional<String> problem() {
                return Optional.ofNullable(backendProblem);
            }

            @Override
            public long fallbacks() {
                return fallbacks;
            }

            @Override
            public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
                if (rasterizerBroken || splats.count == failingGaussians) {
                    throw new IllegalStateException("cannot render " + splats.count);
                }
                times.blendNanos = 11;
                target.bgr[0] = (byte) splats.count;
            }

            @Override
            public void close() {
                calls.add("rasterizer closed");
            }
        };
    }

    /** A file whose load runs out of memory. */
    String exhausting = "";

    /** Files named {@code N.ply} have N Gaussians; other files do not exist. */
    @Override
    public Avatar avatar(Optional<Path> model, ModelMemory memory) throws IOException {
        String name = model.map(path -> path.getFileName().toString()).orElse("built-in");
        if (model.isPresent() && !name.matches("\\d+\\.ply")) {
            throw new NoSuchFileException(name);
        }
        if (name.equals(exhausting)) {
            throw new OutOfMemoryError("Java heap space");
        }
        int count = model.isPresent() ? Integer.parseInt(name.replace(".ply", "")) : 1;
        return new Avatar(
                name, new GaussianCloud(count, 0), Optional.empty(), new Framing(0, 0, 1, 0, 0, 0, 0, 1, 0, 30, 0.01f));
    }

    @Override
    public Poser poser(Avatar avatar) {
        return (expression, out) -> {};
    }

    @Override
    public ExpressionSource expression(SpeechMotion speech) {
        return (state, nowNanos, out) -> out.rest();
    }

    @Override
    public FrameServer viewers(PageBackend model) {
        page = model;
        return new FrameServer() {
            @Override
            public FrameHub hub() {
                return hub;
            }

            @Override
            public void start() throws IOException {
                IOException fault = viewersFault;
                if (fault != null) {
                    throw fault;
                }
            }

            @Override
            public int port() {
                return 8080;
            }

            @Override
            public ConnectionTable connections() {
                return new ConnectionTable("page", ConnectionLimits.of(8, 1 << 20, 1 << 20));
            }

            @Override
            public void changed() {
                changes.incrementAndGet();
            }

            @Override
            public void close() {
                calls.add("viewers closed");
            }
        };
    }
}
