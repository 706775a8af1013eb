package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Scratch memory of a frame on the device; its contents may be lost between two frames. */
final class FrameScratchMemory implements AutoCloseable {

    /** Frames in flight: one is rendered while the other is copied. */
    static final int SLOTS = 2;

    private static final int COUNTER_BYTES = 4 * KernelConstants.COUNTERS;
    private static final int VIEW_BYTES = 256;

    /** The parameters that determine the sizes. */
    record Shape(int count, int width, int height, long capacity, boolean wideKeys, int poseFloats) {

        Shape withCapacity(long instances) {
            return new Shape(count, width, height, instances, wideKeys, poseFloats);
        }

        int tilesX() {
            return (width + 15) / 16;
        }

        int tilesY() {
            return (height + 15) / 16;
        }

        int tiles() {
            return tilesX() * tilesY();
        }

        int radixBlocks() {
            return (int) ((Math.max(count, capacity) + KernelConstants.RADIX_BLOCK - 1) / KernelConstants.RADIX_BLOCK);
        }

        /** Bytes of an image, a multiple of the 12 bytes that one thread packs. */
        int bgrBytes() {
            return (width * height + 3) / 4 * 12;
        }

        int outputBytes() {
            return COUNTER_BYTES + bgrBytes();
        }

        int inputBytes() {
            return VIEW_BYTES + 4 * poseFloats;
        }
    }

    /** Offset of the image in a slot's output, after the counters. */
    static final int BGR_OFFSET = COUNTER_BYTES;

    /** Offset of the pose in a slot's input, after the view. */
    static final int POSE_OFFSET = VIEW_BYTES;

    final DeviceModel model;
    final Shape shape;
    private final DeviceMemory memory;
    private final List<DeviceMemory.Piece> pieces = new ArrayList<>();
    private final long[] inputs = new long[SLOTS];
    private final long[] outputs = new long[SLOTS];

    private final ByteBuffer common;
    private final StructLayout layout;

    /** @throws MemoryBudgetException if they do not fit; all memory is released then */
    FrameScratchMemory(DeviceMemory memory, StructLayout layout, DeviceModel model, Shape shape) {
        this.memory = memory;
        this.layout = layout;
        this.model = model;
        this.shape = shape;
        common = layout.buffer();
        try {
            model.describe(layout, common);
            allocateFrame();
            allocateInstances();
            allocateImage();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void allocateFrame() {
        long n = shape.count;
        allocate("record", AllocationKind.FRAME, 48 * n);
        allocate("extent", AllocationKind.FRAME, 8 * n);
        for (String field : List.of("touched", "offset", "depth_key0", "depth_key1", "depth_value0", "depth_value1")) {
            allocate(field, AllocationKind.FRAME, 4 * n);
        }
        allocate(
                "block_sum",
                AllocationKind.FRAME,
                4 * ((n + KernelConstants.SCAN_BLOCK - 1) / KernelConstants.SCAN_BLOCK));
        for (int slot = 0; slot < SLOTS; slot++) {
            inputs[slot] = allocate(AllocationKind.FRAME, shape.inputBytes());
        }
    }

    private void allocateInstances() {
        long keyBytes = (shape.wideKeys ? 8 : 4) * shape.capacity;
        allocate("tile_key0", AllocationKind.INSTANCES, keyBytes);
        allocate("tile_key1", AllocationKind.INSTANCES, keyBytes);
        allocate("tile_value0", AllocationKind.INSTANCES, 4 * shape.capacity);
        allocate("tile_value1", AllocationKind.INSTANCES, 4 * shape.capacity);
        allocate("histogram", AllocationKind.INSTANCES, 4L * KernelConstants.RADIX * shape.radixBlocks());
        allocate("digit_total", AllocationKind.INSTANCES, 4L * KernelConstants.RADIX);
        layout.number(common, "capacity", (int) shape.capacity);
        layout.number(common, "radix_blocks", shape.radixBlocks());
        layout.number(common, "wide_keys", shape.wideKeys ? 1 : 0);
    }

    private void allocateImage() {
        allocate("range", AllocationKind.PICTURE, 8L * shape.tiles());
        allocate("pixel", AllocationKind.PICTURE, 4L * shape.width * shape.height);
        for (int slot = 0; slot < SLOTS; slot++) {
            outputs[slot] = allocate(AllocationKind.PICTURE, shape.outputBytes());
        }
        layout.number(common, "width", shape.width);
        layout.number(common, "height", shape.height);
        layout.number(common, "tiles_x", shape.tilesX());
        layout.number(common, "tiles_y", shape.tilesY());
    }

    private void allocate(String field, AllocationKind purpose, long bytes) {
        layout.pointer(common, field, allocate(purpose, bytes));
    }

    private long allocate(AllocationKind purpose, long bytes) {
        DeviceMemory.Piece piece = memory.allocate(purpose, bytes);
        pieces.add(piece);
        return piece.address();
    }

    /** Device address of a slot's input: the view, then the pose. */
    long input(int slot) {
        return inputs[slot];
    }

    /** Device address of a slot's output: the counters, then the image. */
    long output(int slot) {
        return outputs[slot];
    }

    /** The kernels' argument structure for a frame of a slot. */
    ByteBuffer frame(int slot) {
        ByteBuffer frame = layout.buffer();
        frame.put(0, common, 0, common.capacity());
        layout.pointer(frame, "view", inputs[slot]);
        layout.pointer(frame, "pose", inputs[slot] + POSE_OFFSET);
        layout.pointer(frame, "counter", outputs[slot]);
        layout.pointer(frame, "bgr", outputs[slot] + BGR_OFFSET);
        return frame;
    }

    @Override
    public void close() {
        pieces.forEach(memory::free);
        pieces.clear();
    }
}
