package io.bev.avatar.renderer.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Rasterizer;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import io.bev.avatar.renderer.raster.View;
import io.bev.avatar.renderer.raster.cpu.Pictures;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draws on an NVIDIA GPU: rig, projection, sort and blending in device memory, the picture back through pinned memory. Any
 * {@link CudaException} leaves it in no usable state; {@link MemoryBudgetException} leaves it as it was.
 */
public final class CudaRasterizer implements Rasterizer {

    private static final long LEAST_CAPACITY = 1 << 13;
    private static final long INSTANCES_PER_GAUSSIAN = 8;
    /** Instances are numbered by 32 bits, and their memory by less. */
    private static final long MOST_CAPACITY = 1L << 30;

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
    private final Options options;
    private final DeviceClock clock;
    private final DeviceMemory memory;
    private final Kernels kernels;
    private final long stream;
    private final long copyStream;
    private final Uploader uploader;
    private final View view = new View();
    private final FrameSlot[] slots = new FrameSlot[FrameBuffers.SLOTS];
    /** Slots given to the device and not read yet, oldest first. */
    private final Deque<Integer> flying = new ArrayDeque<>();

    private int nextSlot;
    private @Nullable DeviceModel model;
    private @Nullable FrameBuffers buffers;

    /**
     * @param device name for people
     * @param context of the device; closed with the rasteriser
     * @param image the kernels, see {@link CudaContext#loadModule}
     */
    public CudaRasterizer(String device, CudaContext context, byte[] image, Options options, Ticker ticker) {
        this.device = device;
        this.context = context;
        this.options = options;
        clock = new DeviceClock(context, ticker, options.deadlineNanos);
        memory = new DeviceMemory(context, options.budgetBytes, options.blockBytes);
        context.enter();
        kernels = new Kernels(context, image);
        stream = context.createStream();
        copyStream = context.createStream();
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
    public void render(Splats splats, Camera camera, Framebuffer target, StageTimes times) {
        if (!flying.isEmpty()) {
            context.enter();
            settle();
            flying.clear();
        }
        submit(splats, camera, target);
        collect(target, times);
    }

    /**
     * Takes the memory that pictures of {@code splats} in the size of {@code target} need at least.
     *
     * @throws MemoryBudgetException when they do not fit
     */
    void prepare(Splats splats, Framebuffer target) {
        context.enter();
        slot(hold(splats), target);
    }

    /**
     * Gives a frame to the device and does not wait for it; at most two at once.
     *
     * @param target size and background; not written to
     */
    public void submit(Splats splats, Camera camera, Framebuffer target) {
        Pictures.requireSameSize(camera, target);
        if (flying.size() == FrameBuffers.SLOTS) {
            throw new IllegalStateException("two frames are on their way: collect one first");
        }
        context.enter();
        DeviceModel held = hold(splats);
        FrameSlot slot = slot(held, target);
        view.set(camera, splats.modelToWorld);
        slot.write(view, target, splats.rig);
        slot.enqueue();
        flying.add(nextSlot);
        nextSlot = (nextSlot + 1) % FrameBuffers.SLOTS;
    }

    /** Waits for the oldest frame on its way; draws it once more where there was too little room for it. */
    public void collect(Framebuffer target, StageTimes times) {
        Integer number = flying.peek();
        if (number == null) {
            throw new IllegalStateException("no frame is on its way: submit one first");
        }
        context.enter();
        slots[number].await(clock);
        while (slots[number].overflowed()) {
            grow(slots[number].needed());
            // What follows was drawn into buffers that are gone.
            for (int slot : flying) {
                slots[slot].enqueue();
            }
            slots[number].await(clock);
        }
        slots[number].read(target, times);
        flying.remove();
    }

    private DeviceModel hold(Splats splats) {
        DeviceModel held = model;
        if (held == null || !held.holds(splats)) {
            requireNoneFlying("another model");
            // The new one first: when it does not fit, nothing has changed.
            DeviceModel fresh = load(splats);
            dropBuffers();
            if (held != null) {
                held.close();
            }
            model = fresh;
            held = fresh;
        } else if (splats.rig == null && held.revision != splats.revision) {
            settle();
            held.repose(uploader);
        }
        return held;
    }

    private DeviceModel load(Splats splats) {
        try {
            return new DeviceModel(memory, uploader, splats);
        } catch (CudaException e) {
            if (e.code() != CudaException.OUT_OF_MEMORY || model == null) {
                throw e;
            }
            throw MemoryBudgetException.heldByOthers(splats.count + " Gaussians", context.freeBytes(), e);
        }
    }

    private FrameSlot slot(DeviceModel held, Framebuffer target) {
        FrameBuffers present = buffers;
        if (present == null || present.shape.width() != target.width || present.shape.height() != target.height) {
            requireNoneFlying("another size");
            int count = held.splats.count;
            long capacity = Math.max(LEAST_CAPACITY, INSTANCES_PER_GAUSSIAN * count);
            if (present != null) {
                capacity = Math.max(capacity, present.shape.capacity());
            }
            replaceBuffers(new FrameBuffers.Shape(
                    count,
                    target.width,
                    target.height,
                    Math.min(capacity, MOST_CAPACITY),
                    count >= options.wideFrom,
                    held.rig == null ? 0 : held.rig.poseFloats()));
        }
        return slots[nextSlot];
    }

    /** Makes room for {@code needed} instances, and half as many again for what moves next where that fits. */
    private void grow(long needed) {
        FrameBuffers present = buffers;
        if (present == null || needed < 0 || needed > MOST_CAPACITY) {
            throw new MemoryBudgetException(
                    needed + " instances", 24 * needed, memory.takenBytes(), memory.budgetBytes());
        }
        for (int slot : flying) {
            slots[slot].await(clock);
        }
        FrameBuffers.Shape shape = present.shape;
        try {
            replaceBuffers(shape.withCapacity(Math.min(MOST_CAPACITY, needed + needed / 2)));
        } catch (MemoryBudgetException e) {
            replaceBuffers(shape.withCapacity(needed));
        }
    }

    /** Makes buffers of another shape; when they do not fit, those of the present one again. */
    private void replaceBuffers(FrameBuffers.Shape wanted) {
        FrameBuffers before = buffers;
        FrameSlot[] slotsBefore = slots.clone();
        if (before != null) {
            before.close();
            buffers = null;
        }
        try {
            makeBuffers(wanted);
        } catch (MemoryBudgetException e) {
            if (before != null) {
                // Blocks of other sizes than at first could leave no room for what had room then.
                memory.trim();
                makeBuffers(before.shape);
                takeOver(slotsBefore, wanted.poseFloats());
            }
            throw e;
        }
        if (before != null) {
            takeOver(slotsBefore, before.shape.poseFloats());
        }
    }

    private void makeBuffers(FrameBuffers.Shape shape) {
        DeviceModel held = model;
        if (held == null) {
            throw new IllegalStateException("no model is held");
        }
        FrameBuffers made = new FrameBuffers(memory, Kernels.FRAME, held, shape);
        for (int s = 0; s < slots.length; s++) {
            slots[s] = new FrameSlot(context, stream, copyStream, kernels, made, s, held.rig != null);
        }
        buffers = made;
    }

    private void takeOver(FrameSlot[] before, int poseFloats) {
        for (int s = 0; s < slots.length; s++) {
            FrameBuffers now = buffers;
            if (now != null && now.shape.poseFloats() == poseFloats) {
                slots[s].writeAs(before[s]);
            }
            before[s].close();
        }
    }

    private void dropBuffers() {
        FrameBuffers present = buffers;
        if (present != null) {
            present.close();
            buffers = null;
            for (FrameSlot slot : slots) {
                slot.close();
            }
        }
    }

    private void requireNoneFlying(String what) {
        if (!flying.isEmpty()) {
            throw new IllegalStateException(flying.size() + " frames are on their way: collect them before " + what);
        }
    }

    /** Waits for what is on its way, before memory that it uses is touched. */
    private void settle() {
        for (int slot : flying) {
            slots[slot].await(clock);
        }
    }

    /** Gives back every byte but the model's; answers how many. The next frame takes what it needs again. */
    public long trim() {
        context.enter();
        long before = memory.takenBytes();
        settle();
        flying.clear();
        dropBuffers();
        memory.trim();
        return before - memory.takenBytes();
    }

    /** Whether a model is held. */
    boolean holdsModel() {
        return model != null;
    }

    /** Whether {@code splats} are the model that is held. */
    boolean holds(Splats splats) {
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

    public Map<Purpose, Long> usedBytes() {
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
        settle();
        flying.clear();
        dropBuffers();
        DeviceModel held = model;
        if (held != null) {
            held.close();
            model = null;
        }
        memory.trim();
        uploader.close();
        context.destroyStream(copyStream);
        context.destroyStream(stream);
        kernels.close();
    }
}
