package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Device memory that a frame works in; whatever is in it may be lost between two frames. */
final class FrameScratchMemory implements AutoCloseable {

    /** Pictures on their way at once: one is drawn while the other is copied. */
    static final int SLOTS = 2;

    private static final int COUNTER_BYTES = 4 * KernelConstants.COUNTERS;
    private static final int VIEW_BYTES = 256;

    /** What the sizes follow from. */
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

        /** Of a picture, a multiple of the 12 bytes that one thread packs. */
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

    /** Where the picture begins in a slot's output; counters stand before it. */
    static final int BGR_OFFSET = COUNTER_BYTES;

    /** Where the pose begins in a slot's input; the view stands before it. */
    static final int POSE_OFFSET = VIEW_BYTES;

    final DeviceModel model;
    final Shape shape;
    private final DeviceMemory memory;
    private final List<DeviceMemory.Piece> pieces = new ArrayList<>();
    private final long[] inputs = new long[SLOTS];
    private final long[] outputs = new long[SLOTS];

    private final ByteBuffer common;
    private final StructLayout layout;

    /** @throws MemoryBudgetException when they do not fit; nothing stays taken then */
    FrameScratchMemory(DeviceMemory memory, StructLayout layout, DeviceModel model, Shape shape) {
        this.memory = memory;
        this.layout = layout;
        this.model = model;
        this.shape = shape;
        common = layout.buffer();
        try {
            model.describe(layout, common);
            takeFrame();
            takeInstances();
            takePicture();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void takeFrame() {
        long n = shape.count;
        take("record", AllocationKind.FRAME, 48 * n);
        take("extent", AllocationKind.FRAME, 8 * n);
        for (String field : List.of("touched", "offset", "depth_key0", "depth_key1", "depth_value0", "depth_value1")) {
            take(field, AllocationKind.FRAME, 4 * n);
        }
        take(
                "block_sum",
                AllocationKind.FRAME,
                4 * ((n + KernelConstants.SCAN_BLOCK - 1) / KernelConstants.SCAN_BLOCK));
        for (int slot = 0; slot < SLOTS; slot++) {
            inputs[slot] = take(AllocationKind.FRAME, shape.inputBytes());
        }
    }

    private void takeInstances() {
        long keyBytes = (shape.wideKeys ? 8 : 4) * shape.capacity;
        take("tile_key0", AllocationKind.INSTANCES, keyBytes);
        take("tile_key1", AllocationKind.INSTANCES, keyBytes);
        take("tile_value0", AllocationKind.INSTANCES, 4 * shape.capacity);
        take("tile_value1", AllocationKind.INSTANCES, 4 * shape.capacity);
        take("histogram", AllocationKind.INSTANCES, 4L * KernelConstants.RADIX * shape.radixBlocks());
        take("digit_total", AllocationKind.INSTANCES, 4L * KernelConstants.RADIX);
        layout.number(common, "capacity", (int) shape.capacity);
        layout.number(common, "radix_blocks", shape.radixBlocks());
        layout.number(common, "wide_keys", shape.wideKeys ? 1 : 0);
    }

    private void takePicture() {
        take("range", AllocationKind.PICTURE, 8L * shape.tiles());
        take("pixel", AllocationKind.PICTURE, 4L * shape.width * shape.height);
        for (int slot = 0; slot < SLOTS; slot++) {
            outputs[slot] = take(AllocationKind.PICTURE, shape.outputBytes());
        }
        layout.number(common, "width", shape.width);
        layout.number(common, "height", shape.height);
        layout.number(common, "tiles_x", shape.tilesX());
        layout.number(common, "tiles_y", shape.tilesY());
    }

    private void take(String field, AllocationKind purpose, long bytes) {
        layout.pointer(common, field, take(purpose, bytes));
    }

    private long take(AllocationKind purpose, long bytes) {
        DeviceMemory.Piece piece = memory.allocate(purpose, bytes);
        pieces.add(piece);
        return piece.address();
    }

    /** The view, then the pose, of a slot. */
    long input(int slot) {
        return inputs[slot];
    }

    /** The counters, then the picture, of a slot. */
    long output(int slot) {
        return outputs[slot];
    }

    /** What the kernels are given for a frame of a slot. */
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
