package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.raster.StageTimes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One frame in flight: pinned memory for input and output and the commands between, all created once for a model and a
 * size. The image is copied in a separate stream, concurrently with the next frame's kernels.
 */
final class InFlightFrame implements AutoCloseable {

    private static final int TILE_PACK_PIXELS = 4;
    private static final int WARP = 32;

    /** Events at the end of upload, rig, projection, sorting, blending and copying. */
    private static final int EVENTS = 6;

    private final CudaContext context;
    private final long stream;
    private final long copyStream;
    private final Kernels kernels;
    private final FrameScratchMemory buffers;
    private final int slot;
    private final boolean rigged;
    private final ByteBuffer frame;
    private final CudaContext.Pinned input;
    private final FloatBuffer view;
    private final FloatBuffer pose;
    private final CudaContext.Pinned output;
    private final long[] events = new long[EVENTS];
    private final List<CudaContext.Command> commands = new ArrayList<>();

    InFlightFrame(
            CudaContext context,
            long stream,
            long copyStream,
            Kernels kernels,
            FrameScratchMemory buffers,
            int slot,
            boolean rigged) {
        this.context = context;
        this.stream = stream;
        this.copyStream = copyStream;
        this.kernels = kernels;
        this.buffers = buffers;
        this.slot = slot;
        this.rigged = rigged;
        FrameScratchMemory.Shape shape = buffers.shape;
        frame = buffers.frame(slot);
        input = context.pin(shape.inputBytes());
        output = context.pin(shape.outputBytes());
        ByteBuffer bytes = input.bytes();
        view = bytes.slice(0, FrameScratchMemory.POSE_OFFSET)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        pose = bytes.slice(FrameScratchMemory.POSE_OFFSET, 4 * shape.poseFloats())
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int e = 0; e < EVENTS; e++) {
            events[e] = context.createEvent();
        }
        plan(shape);
    }

    private void plan(FrameScratchMemory.Shape shape) {
        commands.add(context.upload(input, 0, buffers.input(slot), shape.inputBytes(), stream));
        mark(0);
        launch("begin_frame", blocks(Math.max(shape.tiles(), KernelConstants.COUNTERS), KernelConstants.THREADS), 0, 0);
        int last = 0;
        if (shape.count() > 0) {
            int perGaussian = blocks(shape.count(), KernelConstants.THREADS);
            if (rigged) {
                launch("rig", perGaussian, 0, 0);
            }
            mark(1);
            launch("project", perGaussian, 0, 0);
            mark(2);
            last = planSort(shape, perGaussian);
        } else {
            mark(1);
            mark(2);
        }
        mark(3);
        launch("blend", shape.tiles(), KernelConstants.BLEND_THREADS, 0, last);
        int quads = blocks((long) shape.width() * shape.height(), TILE_PACK_PIXELS);
        launch("pack", blocks(quads, KernelConstants.THREADS), 0, 0);
        mark(4);
        commands.add(context.await(events[4], copyStream));
        commands.add(context.download(buffers.output(slot), output, 0, shape.outputBytes(), copyStream));
        commands.add(context.record(events[5], copyStream));
    }

    /** Plans the sort of the instances; returns the index of the buffer with the result. */
    private int planSort(FrameScratchMemory.Shape shape, int perGaussian) {
        if (!shape.wideKeys()) {
            int perSort = blocks(shape.count(), KernelConstants.RADIX_BLOCK);
            for (int shift = 0, from = 0; shift < Integer.SIZE; shift += KernelConstants.RADIX_BITS, from ^= 1) {
                sortPass("depth", "place_depths", "count_depth_digits", perSort, shift, from);
            }
        }
        int perScan = blocks(shape.count(), KernelConstants.SCAN_BLOCK);
        launch("scan_sums", perScan, 0, 0);
        launch("scan_totals", 1, 0, 0);
        launch("scan_offsets", perScan, 0, 0);
        launch("list_tiles", perGaussian, 0, 0);
        int perSort = blocks(shape.capacity(), KernelConstants.RADIX_BLOCK);
        int first = shape.wideKeys() ? 0 : Integer.SIZE;
        int end = Integer.SIZE + Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, shape.tiles() - 1));
        int from = 0;
        for (int shift = first; shift < end; shift += KernelConstants.RADIX_BITS, from ^= 1) {
            if (shape.wideKeys()) {
                sortPass("tile", "place_wide", "count_wide_digits", perSort, shift, from);
            } else {
                sortPass("tile", "place_tiles", "count_tile_digits", perSort, shift - Integer.SIZE, from);
            }
        }
        launch("tile_ranges", blocks(shape.capacity(), KernelConstants.THREADS), 0, from);
        return from;
    }

    private void sortPass(String what, String place, String count, int grid, int shift, int from) {
        launch(count, grid, shift, from);
        int threads = buffers.shape.radixBlocks() <= 2 * WARP ? WARP : KernelConstants.SCAN_THREADS;
        launch("scan_" + what + "_digits", KernelConstants.RADIX, threads, shift, from);
        launch(place, grid, shift, from);
    }

    private void launch(String kernel, int grid, int shift, int from) {
        launch(kernel, grid, KernelConstants.THREADS, shift, from);
    }

    private void launch(String kernel, int grid, int block, int shift, int from) {
        commands.add(context.launch(kernels.function(kernel), grid, block, stream, frame, kernels.pass(shift, from)));
    }

    private void mark(int event) {
        commands.add(context.record(events[event], stream));
    }

    private static int blocks(long items, int each) {
        return (int) Math.max(1, (items + each - 1) / each);
    }

    /** Writes the inputs that change from frame to frame. */
    void write(CameraView v, Framebuffer target, @Nullable SplatRig rig) {
        view.rewind();
        view.put(v.modelToCamera).put(v.eyeX).put(v.eyeY).put(v.eyeZ).put(v.focal);
        view.put(v.centreX).put(v.centreY).put(v.limitX).put(v.limitY).put(v.near);
        view.put(target.backgroundRed).put(target.backgroundGreen).put(target.backgroundBlue);
        if (rig != null) {
            pose.rewind();
            rig.writePose(pose);
        }
    }

    /** Submits the frame to the device. */
    void enqueue() {
        for (int c = 0; c < commands.size(); c++) {
            commands.get(c).enqueue();
        }
    }

    void await(DeviceWait clock) {
        clock.await(events[EVENTS - 1]);
    }

    /** Waits at most {@code limitNanos}; returns whether the frame is complete. */
    boolean await(DeviceWait clock, long limitNanos) {
        return clock.await(events[EVENTS - 1], limitNanos);
    }

    boolean overflowed() {
        return counter(KernelConstants.COUNTER_OVERFLOW) != 0;
    }

    /** Number of instances of the frame, regardless of the capacity. */
    long needed() {
        return Integer.toUnsignedLong(counter(KernelConstants.COUNTER_NEEDED_LOW))
                | (long) counter(KernelConstants.COUNTER_NEEDED_HIGH) << 32;
    }

    private int counter(int index) {
        return output.bytes().getInt(4 * index);
    }

    /** Copies the finished image to {@code target}. */
    void read(Framebuffer target, StageTimes times) {
        output.bytes().get(FrameScratchMemory.BGR_OFFSET, target.bgr);
        times.rigNanos += nanos(0, 1);
        times.projectNanos = nanos(1, 2);
        times.sortNanos = nanos(2, 3);
        times.blendNanos = nanos(3, 4);
        times.copyNanos = nanos(4, 5);
    }

    private long nanos(int from, int to) {
        return (long) (1e6 * context.elapsedMillis(events[from], events[to]));
    }

    /** Copies the inputs from the same slot of another size. */
    void copyInputs(InFlightFrame other) {
        input.bytes().put(0, other.input.bytes(), 0, input.bytes().capacity());
    }

    @Override
    public void close() {
        context.unpin(input);
        context.unpin(output);
        for (long event : events) {
            context.destroyEvent(event);
        }
    }
}
