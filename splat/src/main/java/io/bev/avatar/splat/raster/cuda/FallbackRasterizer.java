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
 * Renders on the GPU while it works, otherwise on the CPU. A frame that fails on the GPU is immediately rendered on the
 * CPU; {@link ContextRecovery} then recreates the context. A late frame is rendered on the CPU, too, and so are the next ones until
 * the GPU has completed it, or counts as hung. Frames belong to the render thread; {@code volatile} fields
 * may be read by any thread.
 */
public final class FallbackRasterizer implements Rasterizer, GpuControl {

    private static final long FREE_MEMORY_INTERVAL_NANOS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(FallbackRasterizer.class);

    private final Rasterizer cpu;
    private final ContextRecovery recovery;
    private final Ticker ticker;

    private volatile @Nullable CudaRasterizer gpu;
    private volatile @Nullable String problem;
    private final AtomicLong fallbacks = new AtomicLong();
    private volatile long freeBytes = -1;
    private long freeReadAt;
    private volatile boolean late;
    /** The frame that does not fit on the device; not tried again until another one is requested. */
    private volatile @Nullable Rejection rejection;

    private record Rejection(PosedGaussians splats, Camera camera) {

        /** Compares by identity: another model or view uses other objects. */
        @SuppressWarnings("ReferenceEquality")
        boolean matches(PosedGaussians otherSplats, Camera otherCamera) {
            return splats == otherSplats && camera == otherCamera;
        }
    }

    /**
     * @param first already opened
     * @param opener opens another
     * @param cpu renders while the GPU does not
     * @param rebuilds runs the opener, concurrently with rendering
     * @param onUnrecoverable called once, with the reason, when the GPU cannot be recovered
     */
    public FallbackRasterizer(
            CudaRasterizer first,
            Supplier<CudaRasterizer> opener,
            Rasterizer cpu,
            Executor rebuilds,
            Consumer<String> onUnrecoverable,
            Ticker ticker) {
        this.gpu = first;
        this.cpu = cpu;
        this.ticker = ticker;
        recovery = new ContextRecovery(opener, rebuilds, this::adopt, onUnrecoverable, ticker);
        freeReadAt = ticker.nanos() - FREE_MEMORY_INTERVAL_NANOS;
    }

    @Override
    public String name() {
        CudaRasterizer device = gpu;
        return device == null || rejection != null || late ? cpu.name() : device.name();
    }

    @Override
    public boolean posesItself() {
        return gpu != null;
    }

    @Override
    public Optional<String> problem() {
        return recovery.failureReason().map("rendered on the CPU: "::concat).or(() -> Optional.ofNullable(problem));
    }

    @Override
    public long fallbacks() {
        return fallbacks.get();
    }

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        recovery.advance();
        CudaRasterizer device = gpu;
        Rejection rejected = rejection;
        if (device != null && (rejected == null || !rejected.matches(splats, camera))) {
            try {
                if (device.renderInTime(splats, camera, target, times)) {
                    onRendered(device);
                    return;
                }
                onLate();
            } catch (CudaException e) {
                onFault(device, e);
            } catch (MemoryBudgetException e) {
                rejectOrFallBack(splats, camera, device, e);
            }
        }
        renderOnCpu(splats, camera, target, times);
    }

    private void renderOnCpu(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        SplatRig rig = splats.rig;
        if (rig != null) {
            rig.poseOnHost(splats);
        }
        cpu.render(splats, camera, target, times);
    }

    /**
     * Rejects a model that does not fit while another one is loaded; a view that does not fit is rendered on the CPU.
     */
    private void rejectOrFallBack(
            PosedGaussians splats, Camera camera, CudaRasterizer device, MemoryBudgetException fault) {
        if (!device.hasModel(splats) && device.hasModel()) {
            throw fault;
        }
        rejection = new Rejection(splats, camera);
        if (problem == null) {
            fallbacks.incrementAndGet();
            LOG.warn("rendered on the CPU: {}", fault.getMessage());
        }
        problem = "rendered on the CPU: " + fault.getMessage();
    }

    private void onLate() {
        if (!late) {
            late = true;
            fallbacks.incrementAndGet();
            problem = "rendered on the CPU: a frame of the GPU is late";
            LOG.warn("A frame of the GPU is late, rendering on the CPU until it is complete");
        }
    }

    private void onFault(CudaRasterizer device, CudaException fault) {
        if (!late) {
            fallbacks.incrementAndGet();
        }
        problem = "rendered on the CPU: the GPU failed: " + fault.getMessage();
        gpu = null;
        rejection = null;
        late = false;
        LOG.error("GPU failed, rendering on the CPU: {}", fault.getMessage());
        if (fault.hung()) {
            LOG.warn("Context of the hung kernel stays allocated until the process exits");
        } else {
            // In a failed context single resources cannot be released; destroying it releases all.
            destroyQuietly(device::abandon);
        }
        recovery.lost(fault);
    }

    private static void destroyQuietly(Runnable end) {
        try {
            end.run();
        } catch (CudaException e) {
            LOG.warn("Destroying the CUDA context failed: {}", e.getMessage());
        }
    }

    private void adopt(CudaRasterizer device) {
        gpu = device;
        problem = null;
        LOG.info("Rendering on the GPU again, {}", device.name());
    }

    private void onRendered(CudaRasterizer device) {
        if (problem != null) {
            problem = null;
            rejection = null;
            late = false;
            LOG.info("Rendering on the GPU again");
        }
        long now = ticker.nanos();
        if (now - freeReadAt >= FREE_MEMORY_INTERVAL_NANOS) {
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
    public long allocatedBytes() {
        CudaRasterizer device = gpu;
        return device == null ? 0 : device.allocatedBytes();
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
                    "trimMemory: the CUDA context is " + recovery.state() + "; it holds no memory");
        }
        rejection = null;
        return device.trim();
    }

    @Override
    public void requireCapacity(PosedGaussians splats, Framebuffer target) {
        CudaRasterizer device = gpu;
        if (device != null) {
            try {
                device.prepare(splats, target);
            } catch (CudaException e) {
                onFault(device, e);
            }
        }
    }

    @Override
    public void rebuildContext() {
        CudaRasterizer device = gpu;
        if (device == null) {
            throw new IllegalStateException("rebuildContext: the CUDA context is " + recovery.state() + " already");
        }
        LOG.info("Recreating the CUDA context on request");
        gpu = null;
        rejection = null;
        problem = "rendered on the CPU: the CUDA context is being recreated";
        destroyQuietly(device::close);
        recovery.startOnRequest();
    }

    @Override
    public void close() {
        recovery.close();
        CudaRasterizer device = gpu;
        gpu = null;
        if (device != null) {
            destroyQuietly(device::close);
        }
        cpu.close();
    }
}
