package io.bev.avatar.renderer.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.SplatRig;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws on the GPU while it works and on the CPU else. A frame that the GPU fails is drawn by the CPU at once; after a pause the
 * context is made anew, beside the frames, and when that fails, or the new one soon does, the process is asked to end. Frames
 * belong to the render thread; what is {@code volatile} may be read by any.
 */
public final class GuardedRasterizer implements Rasterizer, GpuControl {

    /** Pause before the context is made anew: a driver that reloads takes seconds. */
    static final long REBUILD_NANOS = 5_000_000_000L;

    /** A context that has worked so long may be made anew once more. */
    static final long PROVEN_NANOS = 600_000_000_000L;

    private static final long FREE_READING_NANOS = 1_000_000_000L;

    /** Timeouts: the driver would not answer, so the context is left as it is. */
    private static final Set<Integer> UNANSWERING = Set.of(DeviceClock.TIMEOUT_CODE);

    private static final Logger log = LoggerFactory.getLogger(GuardedRasterizer.class);

    private final Supplier<CudaRasterizer> opener;
    private final Rasterizer cpu;
    private final Executor rebuilds;
    private final Consumer<String> hopeless;
    private final Ticker ticker;
    private final AtomicReference<@Nullable Rebuilt> rebuilt = new AtomicReference<>();

    private volatile @Nullable CudaRasterizer gpu;
    private volatile @Nullable String problem;
    private volatile String state = "active";
    private final AtomicLong fallbacks = new AtomicLong();
    private final AtomicLong contextRebuilds = new AtomicLong();
    private volatile int lastErrorCode;
    private volatile long freeBytes = -1;
    private long freeReadAt;
    /** When the context may be made anew; meaningful in state lost. */
    private long rebuildAt;

    private long openedAt;
    private boolean rebuildSpent;

    /** What came of making the context anew: one of the two. */
    private record Rebuilt(
            @Nullable CudaRasterizer gpu, @Nullable RuntimeException fault) {}

    /**
     * @param first opened already
     * @param opener opens another
     * @param cpu draws when the GPU does not
     * @param rebuilds runs the opener, beside the frames
     * @param hopeless told once, with the reason, when the GPU does not come back
     */
    public GuardedRasterizer(
            CudaRasterizer first,
            Supplier<CudaRasterizer> opener,
            Rasterizer cpu,
            Executor rebuilds,
            Consumer<String> hopeless,
            Ticker ticker) {
        this.gpu = first;
        this.opener = opener;
        this.cpu = cpu;
        this.rebuilds = rebuilds;
        this.hopeless = hopeless;
        this.ticker = ticker;
        openedAt = ticker.nanos();
        freeReadAt = openedAt - FREE_READING_NANOS;
    }

    @Override
    public String name() {
        CudaRasterizer device = gpu;
        return device == null ? cpu.name() : device.name();
    }

    @Override
    public boolean posesItself() {
        return gpu != null;
    }

    @Override
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public long fallbacks() {
        return fallbacks.get();
    }

    @Override
    public void render(Splats splats, Camera camera, Framebuffer target, StageTimes times) {
        adoptOrRebuild();
        CudaRasterizer device = gpu;
        if (device != null) {
            try {
                device.render(splats, camera, target, times);
                readFree(device);
                return;
            } catch (CudaException e) {
                lose(device, e);
            } catch (MemoryBudgetException e) {
                giveWay(splats, device, e);
            }
        }
        drawOnCpu(splats, camera, target, times);
    }

    private void drawOnCpu(Splats splats, Camera camera, Framebuffer target, StageTimes times) {
        SplatRig rig = splats.rig;
        if (rig != null) {
            rig.poseOnHost(splats);
        }
        cpu.render(splats, camera, target, times);
    }

    /** A model that does not fit is refused while another is held; a view that does not is drawn by the CPU. */
    private void giveWay(Splats splats, CudaRasterizer device, MemoryBudgetException fault) {
        if (!device.holds(splats) && device.holdsModel()) {
            throw fault;
        }
        if (problem == null) {
            fallbacks.incrementAndGet();
            log.warn("drawn by the CPU: {}", fault.getMessage());
        }
        problem = "drawn by the CPU: " + fault.getMessage();
    }

    private void lose(CudaRasterizer device, CudaException fault) {
        fallbacks.incrementAndGet();
        lastErrorCode = fault.code();
        problem = "drawn by the CPU: the GPU failed: " + fault.getMessage();
        gpu = null;
        log.error("the GPU failed, the CPU draws: {}", fault.getMessage());
        if (!UNANSWERING.contains(fault.code())) {
            closeQuietly(device);
        }
        if (ticker.nanos() - openedAt > PROVEN_NANOS) {
            rebuildSpent = false;
        }
        if (rebuildSpent) {
            giveUp("the GPU failed again: " + fault.getMessage());
        } else {
            state = "lost";
            rebuildAt = ticker.nanos() + REBUILD_NANOS;
        }
    }

    private static void closeQuietly(CudaRasterizer device) {
        try {
            device.close();
        } catch (CudaException e) {
            log.warn("what the failed context held is lost until the process ends: {}", e.getMessage());
        }
    }

    private void giveUp(String reason) {
        state = "failed";
        problem = "drawn by the CPU: " + reason;
        hopeless.accept(reason);
    }

    private void adoptOrRebuild() {
        Rebuilt done = rebuilt.getAndSet(null);
        if (done != null) {
            adopt(done);
        } else if (state.equals("lost") && ticker.nanos() - rebuildAt >= 0) {
            startRebuild();
        }
    }

    private void startRebuild() {
        state = "rebuilding";
        rebuildSpent = true;
        rebuilds.execute(() -> {
            try {
                rebuilt.set(new Rebuilt(opener.get(), null));
            } catch (RuntimeException e) {
                rebuilt.set(new Rebuilt(null, e));
            }
        });
    }

    private void adopt(Rebuilt done) {
        CudaRasterizer device = done.gpu;
        if (device != null) {
            gpu = device;
            contextRebuilds.incrementAndGet();
            openedAt = ticker.nanos();
            state = "active";
            problem = null;
            log.info("the GPU draws again, {}", device.name());
        } else {
            RuntimeException fault = done.fault;
            lastErrorCode = fault instanceof CudaException e ? e.code() : lastErrorCode;
            giveUp("the GPU's context could not be made anew: " + (fault == null ? "" : fault.getMessage()));
        }
    }

    private void readFree(CudaRasterizer device) {
        if (problem != null) {
            problem = null;
            log.info("the GPU draws again");
        }
        long now = ticker.nanos();
        if (now - freeReadAt >= FREE_READING_NANOS) {
            freeReadAt = now;
            freeBytes = device.freeBytes();
        }
    }

    @Override
    public String contextState() {
        return state;
    }

    @Override
    public long contextRebuilds() {
        return contextRebuilds.get();
    }

    @Override
    public int lastErrorCode() {
        return lastErrorCode;
    }

    @Override
    public Optional<Long> freeBytes() {
        return gpu == null || freeBytes < 0 ? Optional.empty() : Optional.of(freeBytes);
    }

    @Override
    public long takenBytes() {
        CudaRasterizer device = gpu;
        return device == null ? 0 : device.takenBytes();
    }

    @Override
    public Map<Purpose, Long> usedBytes() {
        CudaRasterizer device = gpu;
        return device == null ? Map.of() : device.usedBytes();
    }

    @Override
    public long trimMemory() {
        CudaRasterizer device = gpu;
        if (device == null) {
            throw new IllegalStateException("trimMemory: the GPU's context is " + state + "; nothing is held");
        }
        return device.trim();
    }

    @Override
    public void rebuildContext() {
        CudaRasterizer device = gpu;
        if (device == null) {
            throw new IllegalStateException("rebuildContext: the GPU's context is " + state + " already");
        }
        log.info("the GPU's context is made anew on request");
        gpu = null;
        problem = "drawn by the CPU: the GPU's context is being made anew";
        closeQuietly(device);
        startRebuild();
        rebuildSpent = false;
    }

    @Override
    public void close() {
        Rebuilt late = rebuilt.getAndSet(null);
        if (late != null && late.gpu != null) {
            closeQuietly(late.gpu);
        }
        CudaRasterizer device = gpu;
        gpu = null;
        if (device != null) {
            closeQuietly(device);
        }
        cpu.close();
    }
}
