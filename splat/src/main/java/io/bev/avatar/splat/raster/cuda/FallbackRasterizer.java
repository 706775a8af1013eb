package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.raster.StageTimes;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws on the GPU while it works and on the CPU else. A frame that the GPU fails is drawn by the CPU at once; what becomes of the
 * context then is {@link ContextRecovery}'s. Frames belong to the render thread; what is {@code volatile} may be read by any.
 */
public final class FallbackRasterizer implements Rasterizer, GpuControl {

    private static final long FREE_READING_NANOS = 1_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(FallbackRasterizer.class);

    private final Rasterizer cpu;
    private final ContextRecovery recovery;
    private final Ticker ticker;

    private volatile @Nullable CudaRasterizer gpu;
    private volatile @Nullable String problem;
    private final AtomicLong fallbacks = new AtomicLong();
    private volatile long freeBytes = -1;
    private long freeReadAt;
    /** What the device has no room for; not tried again until something else is shown. */
    private volatile @Nullable Refusal refusal;

    private record Refusal(PosedGaussians splats, Camera camera) {

        /** Identity is meant: who shows another model or view has others. */
        @SuppressWarnings("ReferenceEquality")
        boolean meets(PosedGaussians otherSplats, Camera otherCamera) {
            return splats == otherSplats && camera == otherCamera;
        }
    }

    /**
     * @param first opened already
     * @param opener opens another
     * @param cpu draws when the GPU does not
     * @param rebuilds runs the opener, beside the frames
     * @param hopeless told once, with the reason, when the GPU does not come back
     */
    public FallbackRasterizer(
            CudaRasterizer first,
            Supplier<CudaRasterizer> opener,
            Rasterizer cpu,
            Executor rebuilds,
            Consumer<String> hopeless,
            Ticker ticker) {
        this.gpu = first;
        this.cpu = cpu;
        this.ticker = ticker;
        recovery = new ContextRecovery(opener, rebuilds, this::adopt, hopeless, ticker);
        freeReadAt = ticker.nanos() - FREE_READING_NANOS;
    }

    @Override
    public String name() {
        CudaRasterizer device = gpu;
        return device == null || refusal != null ? cpu.name() : device.name();
    }

    @Override
    public boolean posesItself() {
        return gpu != null;
    }

    @Override
    public Optional<String> problem() {
        return recovery.end().map("drawn by the CPU: "::concat).or(() -> Optional.ofNullable(problem));
    }

    @Override
    public long fallbacks() {
        return fallbacks.get();
    }

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        recovery.advance();
        CudaRasterizer device = gpu;
        Refusal refused = refusal;
        if (device != null && (refused == null || !refused.meets(splats, camera))) {
            try {
                device.render(splats, camera, target, times);
                drawn(device);
                return;
            } catch (CudaException e) {
                lose(device, e);
            } catch (MemoryBudgetException e) {
                giveWay(splats, camera, device, e);
            }
        }
        drawOnCpu(splats, camera, target, times);
    }

    private void drawOnCpu(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        SplatRig rig = splats.rig;
        if (rig != null) {
            rig.poseOnHost(splats);
        }
        cpu.render(splats, camera, target, times);
    }

    /** A model that does not fit is refused while another is held; a view that does not is drawn by the CPU. */
    private void giveWay(PosedGaussians splats, Camera camera, CudaRasterizer device, MemoryBudgetException fault) {
        if (!device.holds(splats) && device.holdsModel()) {
            throw fault;
        }
        refusal = new Refusal(splats, camera);
        if (problem == null) {
            fallbacks.incrementAndGet();
            log.warn("drawn by the CPU: {}", fault.getMessage());
        }
        problem = "drawn by the CPU: " + fault.getMessage();
    }

    private void lose(CudaRasterizer device, CudaException fault) {
        fallbacks.incrementAndGet();
        problem = "drawn by the CPU: the GPU failed: " + fault.getMessage();
        gpu = null;
        refusal = null;
        log.error("the GPU failed, the CPU draws: {}", fault.getMessage());
        if (fault.hung()) {
            log.warn("the context of the kernel that hangs is left until the process ends");
        } else {
            // In a failed context nothing can be given back piece by piece; its end gives back all.
            quietly(device::abandon);
        }
        recovery.lost(fault);
    }

    private static void quietly(Runnable end) {
        try {
            end.run();
        } catch (CudaException e) {
            log.warn("the driver complains about the end of the context: {}", e.getMessage());
        }
    }

    private void adopt(CudaRasterizer device) {
        gpu = device;
        problem = null;
        log.info("the GPU draws again, {}", device.name());
    }

    private void drawn(CudaRasterizer device) {
        if (problem != null) {
            problem = null;
            refusal = null;
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
        return recovery.state();
    }

    @Override
    public long contextRebuilds() {
        return recovery.rebuilds();
    }

    @Override
    public int lastErrorCode() {
        return recovery.lastErrorCode();
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
    public Map<AllocationKind, Long> usedBytes() {
        CudaRasterizer device = gpu;
        return device == null ? Map.of() : device.usedBytes();
    }

    @Override
    public long trimMemory() {
        CudaRasterizer device = gpu;
        if (device == null) {
            throw new IllegalStateException(
                    "trimMemory: the GPU's context is " + recovery.state() + "; nothing is held");
        }
        refusal = null;
        return device.trim();
    }

    @Override
    public void requireRoom(PosedGaussians splats, Framebuffer target) {
        CudaRasterizer device = gpu;
        if (device != null) {
            try {
                device.prepare(splats, target);
            } catch (CudaException e) {
                lose(device, e);
            }
        }
    }

    @Override
    public void rebuildContext() {
        CudaRasterizer device = gpu;
        if (device == null) {
            throw new IllegalStateException("rebuildContext: the GPU's context is " + recovery.state() + " already");
        }
        log.info("the GPU's context is made anew on request");
        gpu = null;
        refusal = null;
        problem = "drawn by the CPU: the GPU's context is being made anew";
        quietly(device::close);
        recovery.startOnRequest();
    }

    @Override
    public void close() {
        recovery.close();
        CudaRasterizer device = gpu;
        gpu = null;
        if (device != null) {
            quietly(device::close);
        }
        cpu.close();
    }
}
