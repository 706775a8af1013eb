package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.raster.StageTimes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Frames in flight on the device, and their memory, which is allocated for a model and a size and grows when a frame
 * needs more. A frame that did not fit is rendered again, with those after it. {@link MemoryBudgetException} leaves the
 * state unchanged.
 */
final class CudaFramePipeline implements AutoCloseable {

    private static final long MIN_CAPACITY = 1 << 13;
    private static final long INSTANCES_PER_GAUSSIAN = 8;
    /** Upper limit of instances; their indices have 32 bits. */
    private static final long MAX_CAPACITY = 1L << 30;

    private final CudaContext context;
    private final DeviceMemory memory;
    private final DeviceWait clock;
    private final Kernels kernels;
    private final long stream;
    private final long copyStream;
    private final int wideFrom;
    private final InFlightFrame[] slots = new InFlightFrame[FrameScratchMemory.SLOTS];
    /** Slots submitted to the device and not yet read, oldest first. */
    private final Deque<Integer> inFlight = new ArrayDeque<>();

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

    /** Number of frames in flight. */
    int inFlight() {
        return inFlight.size();
    }

    /** Whether memory for frames in the size of {@code target} is allocated. */
    boolean hasSize(Framebuffer target) {
        FrameScratchMemory present = buffers;
        return present != null && present.shape.width() == target.width && present.shape.height() == target.height;
    }

    void requireNoneInFlight(String what) {
        if (!inFlight.isEmpty()) {
            throw new IllegalStateException(inFlight.size() + " frames are in flight: collect them before " + what);
        }
    }

    void requireSlot() {
        if (inFlight.size() == FrameScratchMemory.SLOTS) {
            throw new IllegalStateException("two frames are in flight: collect one first");
        }
    }

    void requireInFlight() {
        if (inFlight.isEmpty()) {
            throw new IllegalStateException("no frame is in flight: submit one first");
        }
    }

    /**
     * Allocates memory for frames of a model in the size of {@code target}; memory for another model must have been
     * {@linkplain #release dropped}.
     */
    void ensureCapacity(DeviceModel model, Framebuffer target) {
        FrameScratchMemory present = buffers;
        if (!hasSize(target)) {
            requireNoneInFlight("another size");
            int count = model.splats.count;
            long capacity = Math.max(MIN_CAPACITY, INSTANCES_PER_GAUSSIAN * count);
            if (present != null) {
                capacity = Math.max(capacity, present.shape.capacity());
            }
            replaceBuffers(
                    model,
                    new FrameScratchMemory.Shape(
                            count,
                            target.width,
                            target.height,
                            Math.min(capacity, MAX_CAPACITY),
                            count >= wideFrom,
                            model.rig == null ? 0 : model.rig.poseFloats()));
        }
    }

    /** Submits a frame of the model with allocated memory to the device. */
    void submit(CameraView view, Framebuffer target, @Nullable SplatRig rig) {
        InFlightFrame slot = slots[nextSlot];
        slot.write(view, target, rig);
        slot.enqueue();
        inFlight.add(nextSlot);
        nextSlot = (nextSlot + 1) % FrameScratchMemory.SLOTS;
    }

    /** Waits at most {@code limitNanos} for the frames in flight; returns whether they are complete. */
    boolean awaitInFlight(long limitNanos) {
        for (int slot : inFlight) {
            if (!slots[slot].await(clock, limitNanos)) {
                return false;
            }
        }
        return true;
    }

    /** Waits for the oldest frame and copies its image to the host. */
    void collect(Framebuffer target, StageTimes times) {
        int number = inFlight.element();
        slots[number].await(clock);
        while (slots[number].overflowed()) {
            grow(slots[number].needed());
            // Later frames were rendered into buffers that no longer exist.
            for (int slot : inFlight) {
                slots[slot].enqueue();
            }
            slots[number].await(clock);
        }
        slots[number].read(target, times);
        inFlight.remove();
    }

    /** Allocates memory for {@code needed} instances, plus half as many in reserve if that fits. */
    private void grow(long needed) {
        FrameScratchMemory present = buffers;
        if (present == null || needed < 0 || needed > MAX_CAPACITY) {
            throw new MemoryBudgetException(
                    needed + " instances", 24 * needed, memory.allocatedBytes(), memory.budgetBytes());
        }
        awaitInFlight();
        FrameScratchMemory.Shape shape = present.shape;
        try {
            replaceBuffers(present.model, shape.withCapacity(Math.min(MAX_CAPACITY, needed + needed / 2)));
        } catch (MemoryBudgetException e) {
            replaceBuffers(present.model, shape.withCapacity(needed));
        }
    }

    /** Replaces the buffers by ones of another shape; if they do not fit, restores the current shape. */
    private void replaceBuffers(DeviceModel model, FrameScratchMemory.Shape wanted) {
        FrameScratchMemory before = buffers;
        InFlightFrame[] slotsBefore = slots.clone();
        if (before != null) {
            before.close();
            buffers = null;
        }
        try {
            createBuffers(model, wanted);
        } catch (MemoryBudgetException e) {
            if (before != null) {
                // Blocks of other sizes than before could leave too little contiguous memory for what fitted before.
                memory.trim();
                createBuffers(model, before.shape);
                copyInputs(slotsBefore, wanted.poseFloats());
            }
            throw e;
        }
        if (before != null) {
            copyInputs(slotsBefore, before.shape.poseFloats());
        }
    }

    private void createBuffers(DeviceModel model, FrameScratchMemory.Shape shape) {
        FrameScratchMemory made = new FrameScratchMemory(memory, Kernels.FRAME, model, shape);
        for (int s = 0; s < slots.length; s++) {
            slots[s] = new InFlightFrame(context, stream, copyStream, kernels, made, s, model.rig != null);
        }
        buffers = made;
    }

    private void copyInputs(InFlightFrame[] before, int poseFloats) {
        for (int s = 0; s < slots.length; s++) {
            FrameScratchMemory now = buffers;
            if (now != null && now.shape.poseFloats() == poseFloats) {
                slots[s].copyInputs(before[s]);
            }
            before[s].close();
        }
    }

    /** Releases the memory; it must be allocated again before the next frame. */
    void release() {
        FrameScratchMemory present = buffers;
        if (present != null) {
            present.close();
            buffers = null;
            for (InFlightFrame slot : slots) {
                slot.close();
            }
        }
    }

    /** Waits for the frames in flight, before memory that they use is changed. */
    void awaitInFlight() {
        for (int slot : inFlight) {
            slots[slot].await(clock);
        }
    }

    /** Waits for the frames in flight and discards them. */
    void discardInFlight() {
        awaitInFlight();
        inFlight.clear();
    }

    /** After {@link #release}. */
    @Override
    public void close() {
        context.destroyStream(copyStream);
    }
}
