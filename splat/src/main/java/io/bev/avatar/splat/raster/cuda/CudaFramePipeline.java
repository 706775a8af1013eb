package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.raster.StageTimes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way through the device, and the memory that they work in: made for a model and a size, more of it when a frame
 * needs more. A frame that did not fit is drawn again, with those behind it. {@link MemoryBudgetException} leaves it as it was.
 */
final class CudaFramePipeline implements AutoCloseable {

    private static final long LEAST_CAPACITY = 1 << 13;
    private static final long INSTANCES_PER_GAUSSIAN = 8;
    /** Instances are numbered by 32 bits, and their memory by less. */
    private static final long MOST_CAPACITY = 1L << 30;

    private final CudaContext context;
    private final DeviceMemory memory;
    private final DeviceWait clock;
    private final Kernels kernels;
    private final long stream;
    private final long copyStream;
    private final int wideFrom;
    private final InFlightFrame[] slots = new InFlightFrame[FrameScratchMemory.SLOTS];
    /** Slots given to the device and not read yet, oldest first. */
    private final Deque<Integer> flying = new ArrayDeque<>();

    private int nextSlot;
    private @Nullable FrameScratchMemory buffers;

    /**
     * @param stream of the kernels
     * @param wideFrom see {@link CudaRasterizer.Options}
     */
    CudaFramePipeline(
            CudaContext context, DeviceMemory memory, DeviceWait clock, Kernels kernels, long stream, int wideFrom) {
        this.context = context;
        this.memory = memory;
        this.clock = clock;
        this.kernels = kernels;
        this.stream = stream;
        this.wideFrom = wideFrom;
        copyStream = context.createStream();
    }

    /** Frames on their way. */
    int flying() {
        return flying.size();
    }

    void requireNoneFlying(String what) {
        if (!flying.isEmpty()) {
            throw new IllegalStateException(flying.size() + " frames are on their way: collect them before " + what);
        }
    }

    void requireSlot() {
        if (flying.size() == FrameScratchMemory.SLOTS) {
            throw new IllegalStateException("two frames are on their way: collect one first");
        }
    }

    void requireFlying() {
        if (flying.isEmpty()) {
            throw new IllegalStateException("no frame is on its way: submit one first");
        }
    }

    /** Makes room for frames of a model in the size of {@code target}; that of another model was {@linkplain #drop dropped}. */
    void makeRoom(DeviceModel model, Framebuffer target) {
        FrameScratchMemory present = buffers;
        if (present == null || present.shape.width() != target.width || present.shape.height() != target.height) {
            requireNoneFlying("another size");
            int count = model.splats.count;
            long capacity = Math.max(LEAST_CAPACITY, INSTANCES_PER_GAUSSIAN * count);
            if (present != null) {
                capacity = Math.max(capacity, present.shape.capacity());
            }
            replaceBuffers(
                    model,
                    new FrameScratchMemory.Shape(
                            count,
                            target.width,
                            target.height,
                            Math.min(capacity, MOST_CAPACITY),
                            count >= wideFrom,
                            model.rig == null ? 0 : model.rig.poseFloats()));
        }
    }

    /** Gives a frame of the model that there is room for to the device. */
    void submit(CameraView view, Framebuffer target, @Nullable SplatRig rig) {
        InFlightFrame slot = slots[nextSlot];
        slot.write(view, target, rig);
        slot.enqueue();
        flying.add(nextSlot);
        nextSlot = (nextSlot + 1) % FrameScratchMemory.SLOTS;
    }

    /** Waits for the oldest frame and copies its picture out. */
    void collect(Framebuffer target, StageTimes times) {
        int number = flying.element();
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

    /** Makes room for {@code needed} instances, and half as many again for what moves next where that fits. */
    private void grow(long needed) {
        FrameScratchMemory present = buffers;
        if (present == null || needed < 0 || needed > MOST_CAPACITY) {
            throw new MemoryBudgetException(
                    needed + " instances", 24 * needed, memory.takenBytes(), memory.budgetBytes());
        }
        settle();
        FrameScratchMemory.Shape shape = present.shape;
        try {
            replaceBuffers(present.model, shape.withCapacity(Math.min(MOST_CAPACITY, needed + needed / 2)));
        } catch (MemoryBudgetException e) {
            replaceBuffers(present.model, shape.withCapacity(needed));
        }
    }

    /** Makes buffers of another shape; when they do not fit, those of the present one again. */
    private void replaceBuffers(DeviceModel model, FrameScratchMemory.Shape wanted) {
        FrameScratchMemory before = buffers;
        InFlightFrame[] slotsBefore = slots.clone();
        if (before != null) {
            before.close();
            buffers = null;
        }
        try {
            makeBuffers(model, wanted);
        } catch (MemoryBudgetException e) {
            if (before != null) {
                // Blocks of other sizes than at first could leave no room for what had room then.
                memory.trim();
                makeBuffers(model, before.shape);
                takeOver(slotsBefore, wanted.poseFloats());
            }
            throw e;
        }
        if (before != null) {
            takeOver(slotsBefore, before.shape.poseFloats());
        }
    }

    private void makeBuffers(DeviceModel model, FrameScratchMemory.Shape shape) {
        FrameScratchMemory made = new FrameScratchMemory(memory, Kernels.FRAME, model, shape);
        for (int s = 0; s < slots.length; s++) {
            slots[s] = new InFlightFrame(context, stream, copyStream, kernels, made, s, model.rig != null);
        }
        buffers = made;
    }

    private void takeOver(InFlightFrame[] before, int poseFloats) {
        for (int s = 0; s < slots.length; s++) {
            FrameScratchMemory now = buffers;
            if (now != null && now.shape.poseFloats() == poseFloats) {
                slots[s].writeAs(before[s]);
            }
            before[s].close();
        }
    }

    /** Gives the room back; the next frame needs it made again. */
    void drop() {
        FrameScratchMemory present = buffers;
        if (present != null) {
            present.close();
            buffers = null;
            for (InFlightFrame slot : slots) {
                slot.close();
            }
        }
    }

    /** Waits for what is on its way, before memory that it uses is touched. */
    void settle() {
        for (int slot : flying) {
            slots[slot].await(clock);
        }
    }

    /** Waits for what is on its way, and forgets it. */
    void land() {
        settle();
        flying.clear();
    }

    /** After {@link #drop}. */
    @Override
    public void close() {
        context.destroyStream(copyStream);
    }
}
