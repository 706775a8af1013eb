package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Framebuffers;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.StageTimes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders on an NVIDIA GPU: rig, projection, sort and blending in device memory; the image is copied back through
 * pinned memory. After any {@link CudaException} it is unusable; {@link MemoryBudgetException} leaves it unchanged.
 */
public final class CudaRasterizer implements Rasterizer {

    /**
     * Options.
     *
     * @param budgetBytes maximum device memory
     * @param blockBytes maximum size of an allocated block
     * @param wideFrom number of Gaussians from which tile and depth are sorted at once
     * @param deadlineNanos duration of a frame after which the device counts as hung
     */
    public record Options(long budgetBytes, long blockBytes, int wideFrom, long deadlineNanos) {

        /**
         * Below this number of Gaussians, sorting their depths is cheaper than sorting the wider keys of all instances.
         */
        public static final int WIDE_FROM = 150_000;

        /** About 200 frame periods: long enough for the largest image on the slowest device. */
        public static final long DEADLINE_NANOS = 3_000_000_000L;

        public static Options of(long budgetBytes, long blockBytes) {
            return new Options(budgetBytes, blockBytes, WIDE_FROM, DEADLINE_NANOS);
        }
    }

    private final String device;
    private final CudaContext context;
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final long stream;
    private final CudaFramePipeline frames;
    private final Uploader uploader;
    private final DeviceWait clock;
    private final Ticker ticker;
    private final FrameTimeLimit limit = new FrameTimeLimit();
    private final CameraView view = new CameraView();
    private long submittedAt;
    private @Nullable DeviceModel model;

    /**
     * @param device display name
     * @param context of the device; closed with the rasteriser
     * @param image the kernels, see {@link CudaContext#loadModule}
     */
    public CudaRasterizer(String device, CudaContext context, byte[] image, Options options, Ticker ticker) {
        this.device = device;
        this.context = context;
        this.ticker = ticker;
        clock = new DeviceWait(context, ticker, options.deadlineNanos);
        memory = new DeviceMemory(context, options.budgetBytes, options.blockBytes);
        context.enter();
        kernels = new Kernels(context, image);
        stream = context.createStream();
        frames = new CudaFramePipeline(context, memory, clock, kernels, stream, options.wideFrom);
        uploader = new Uploader(context, clock, stream);
    }

    @Override
    public String name() {
        return "cuda (" + device + ")";
    }

    @Override
    public boolean posesItself() {
        return true;
    }

    /**
     * Renders as {@link #render} does, unless the device takes much longer than for the frames before. The late frame stays in
     * flight, and later calls return false, too, until it is complete.
     *
     * @return whether {@code target} has the image
     * @throws CudaException also when the late frame exceeds {@link Options#deadlineNanos}
     */
    boolean renderInTime(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        context.enter();
        if (frames.inFlight() > 0) {
            if (!frames.awaitInFlight(0)) {
                clock.requireNotHung(submittedAt);
                return false;
            }
            limit.completed(ticker.nanos() - submittedAt);
            frames.discardInFlight();
        }
        boolean usual = hasModel(splats) && frames.hasSize(target);
        submit(splats, camera, target);
        submittedAt = ticker.nanos();
        // The first frame of a model or size may compile, allocate and upload.
        if (usual && !frames.awaitInFlight(limit.nanos())) {
            return false;
        }
        collect(target, times);
        if (usual) {
            limit.completed(ticker.nanos() - submittedAt);
        }
        return true;
    }

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        if (frames.inFlight() > 0) {
            context.enter();
            frames.discardInFlight();
        }
        submit(splats, camera, target);
        collect(target, times);
    }

    /**
     * Allocates the minimum memory for frames of {@code splats} in the size of {@code target}. @throws
     * MemoryBudgetException if they do not fit
     */
    void prepare(PosedGaussians splats, Framebuffer target) {
        context.enter();
        frames.discardInFlight();
        frames.ensureCapacity(hold(splats), target);
    }

    /**
     * Submits a frame to the device without waiting for it; at most two may be in flight.
     *
     * @param target size and background; not written to
     */
    public void submit(PosedGaussians splats, Camera camera, Framebuffer target) {
        Framebuffers.requireSameSize(camera, target);
        frames.requireSlot();
        context.enter();
        DeviceModel loaded = hold(splats);
        frames.ensureCapacity(loaded, target);
        view.set(camera, splats.modelToWorld);
        frames.submit(view, target, splats.rig);
    }

    /** Waits for the oldest frame in flight; renders it again if its memory was too small. */
    public void collect(Framebuffer target, StageTimes times) {
        frames.requireInFlight();
        context.enter();
        frames.collect(target, times);
    }

    private DeviceModel hold(PosedGaussians splats) {
        DeviceModel loaded = model;
        if (loaded == null || !loaded.matches(splats)) {
            frames.requireNoneInFlight("another model");
            // The new model first: if it does not fit, nothing has changed.
            DeviceModel fresh = load(splats);
            frames.release();
            if (loaded != null) {
                loaded.close();
            }
            model = fresh;
            loaded = fresh;
        } else if (splats.rig == null && loaded.revision != splats.revision) {
            frames.awaitInFlight();
            loaded.uploadPose(uploader);
        }
        return loaded;
    }

    private DeviceModel load(PosedGaussians splats) {
        try {
            return new DeviceModel(memory, uploader, splats);
        } catch (CudaException e) {
            if (e.code() != CudaException.OUT_OF_MEMORY || model == null) {
                throw e;
            }
            throw MemoryBudgetException.heldByOthers(splats.count + " Gaussians", context.freeBytes(), e);
        }
    }

    /**
     * Releases all memory except the model's and returns the bytes released. The next frame allocates what it needs.
     */
    public long trim() {
        context.enter();
        long before = memory.allocatedBytes();
        frames.discardInFlight();
        frames.release();
        memory.trim();
        return before - memory.allocatedBytes();
    }

    /** Whether a model is loaded. */
    boolean hasModel() {
        return model != null;
    }

    /** Whether {@code splats} is the loaded model. */
    boolean hasModel(PosedGaussians splats) {
        DeviceModel loaded = model;
        return loaded != null && loaded.matches(splats);
    }

    /** Device memory allocated, in use or cached. This and the next three may be called by any thread. */
    public long allocatedBytes() {
        return memory.allocatedBytes();
    }

    public long budgetBytes() {
        return memory.budgetBytes();
    }

    public Map<AllocationKind, Long> usedBytes() {
        return memory.usedBytes();
    }

    /** Free memory of the device. Only on the render thread. */
    public long freeBytes() {
        context.enter();
        return context.freeBytes();
    }

    /**
     * Destroys the context with all its resources, as after a fault, when no other call works. Not for a hung device.
     */
    void abandon() {
        context.close();
    }

    /** Releases everything including the context, except that of a hung device, which cannot be destroyed. */
    @Override
    public void close() {
        try {
            context.enter();
            releaseAll();
        } catch (CudaException e) {
            if (!e.hung()) {
                abandon();
            }
            throw e;
        }
        context.close();
    }

    private void releaseAll() {
        frames.discardInFlight();
        frames.release();
        DeviceModel loaded = model;
        if (loaded != null) {
            loaded.close();
            model = null;
        }
        memory.trim();
        uploader.close();
        frames.close();
        context.destroyStream(stream);
        kernels.close();
    }
}
