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
 * Draws on an NVIDIA GPU: rig, projection, sort and blending in device memory, the picture back through pinned memory. Any
 * {@link CudaException} leaves it in no usable state; {@link MemoryBudgetException} leaves it as it was.
 */
public final class CudaRasterizer implements Rasterizer {

    /**
     * What may be chosen.
     *
     * @param budgetBytes most device memory that is taken
     * @param blockBytes it is taken in blocks of at most this many bytes
     * @param wideFrom from how many Gaussians on tile and depth are sorted at once
     * @param deadlineNanos how long a frame may take before the device counts as hung
     */
    public record Options(long budgetBytes, long blockBytes, int wideFrom, long deadlineNanos) {

        /** Below this many Gaussians, a sort of their depths is cheaper than one of the wider keys of all instances. */
        public static final int WIDE_FROM = 150_000;

        /** Two hundred frames late: long enough for the largest picture of the slowest device. */
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
    private final CameraView view = new CameraView();
    private @Nullable DeviceModel model;

    /**
     * @param device name for people
     * @param context of the device; closed with the rasteriser
     * @param image the kernels, see {@link CudaContext#loadModule}
     */
    public CudaRasterizer(String device, CudaContext context, byte[] image, Options options, Ticker ticker) {
        this.device = device;
        this.context = context;
        DeviceWait clock = new DeviceWait(context, ticker, options.deadlineNanos);
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

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        if (frames.flying() > 0) {
            context.enter();
            frames.land();
        }
        submit(splats, camera, target);
        collect(target, times);
    }

    /**
     * Takes the memory that pictures of {@code splats} in the size of {@code target} need at least.
     *
     * @throws MemoryBudgetException when they do not fit
     */
    void prepare(PosedGaussians splats, Framebuffer target) {
        context.enter();
        frames.makeRoom(hold(splats), target);
    }

    /**
     * Gives a frame to the device and does not wait for it; at most two at once.
     *
     * @param target size and background; not written to
     */
    public void submit(PosedGaussians splats, Camera camera, Framebuffer target) {
        Framebuffers.requireSameSize(camera, target);
        frames.requireSlot();
        context.enter();
        DeviceModel held = hold(splats);
        frames.makeRoom(held, target);
        view.set(camera, splats.modelToWorld);
        frames.submit(view, target, splats.rig);
    }

    /** Waits for the oldest frame on its way; draws it once more where there was too little room for it. */
    public void collect(Framebuffer target, StageTimes times) {
        frames.requireFlying();
        context.enter();
        frames.collect(target, times);
    }

    private DeviceModel hold(PosedGaussians splats) {
        DeviceModel held = model;
        if (held == null || !held.holds(splats)) {
            frames.requireNoneFlying("another model");
            // The new one first: when it does not fit, nothing has changed.
            DeviceModel fresh = load(splats);
            frames.drop();
            if (held != null) {
                held.close();
            }
            model = fresh;
            held = fresh;
        } else if (splats.rig == null && held.revision != splats.revision) {
            frames.settle();
            held.repose(uploader);
        }
        return held;
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

    /** Gives back every byte but the model's; answers how many. The next frame takes what it needs again. */
    public long trim() {
        context.enter();
        long before = memory.takenBytes();
        frames.land();
        frames.drop();
        memory.trim();
        return before - memory.takenBytes();
    }

    /** Whether a model is held. */
    boolean holdsModel() {
        return model != null;
    }

    /** Whether {@code splats} are the model that is held. */
    boolean holds(PosedGaussians splats) {
        DeviceModel held = model;
        return held != null && held.holds(splats);
    }

    /** Device memory taken, in use or kept; any thread may ask, as for the next three. */
    public long takenBytes() {
        return memory.takenBytes();
    }

    public long budgetBytes() {
        return memory.budgetBytes();
    }

    public Map<AllocationKind, Long> usedBytes() {
        return memory.usedBytes();
    }

    /** Free memory of the device. Only on the rendering thread. */
    public long freeBytes() {
        context.enter();
        return context.freeBytes();
    }

    /** Ends the context with all that is in it, as after a fault: nothing else answers then. Not for a device that hangs. */
    void abandon() {
        context.close();
    }

    /** Gives everything back, the context too; but for that of a device that hangs, whose end would not come. */
    @Override
    public void close() {
        try {
            context.enter();
            giveBack();
        } catch (CudaException e) {
            if (!e.hung()) {
                abandon();
            }
            throw e;
        }
        context.close();
    }

    private void giveBack() {
        frames.land();
        frames.drop();
        DeviceModel held = model;
        if (held != null) {
            held.close();
            model = null;
        }
        memory.trim();
        uploader.close();
        frames.close();
        context.destroyStream(stream);
        kernels.close();
    }
}
