package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;

/** Copies arrays to the device synchronously through a small pinned buffer. For loading, not for frames. */
final class Uploader implements AutoCloseable {

    private static final int CHUNK_BYTES = 4 << 20;

    private final CudaContext context;
    private final DeviceWait clock;
    private final long stream;
    private final long event;
    private final CudaContext.Pinned chunk;

    /** Value of one element, by its index. */
    @FunctionalInterface
    interface FloatsAt {
        float at(int index);
    }

    Uploader(CudaContext context, DeviceWait clock, long stream) {
        this.context = context;
        this.clock = clock;
        this.stream = stream;
        event = context.createEvent();
        chunk = context.pin(CHUNK_BYTES);
    }

    void floats(float[] values, long to) {
        floats(values.length, i -> values[i], to);
    }

    void floats(int count, FloatsAt values, long to) {
        ByteBuffer bytes = chunk.bytes();
        for (int first = 0; first < count; first += CHUNK_BYTES / 4) {
            int end = Math.min(count, first + CHUNK_BYTES / 4);
            for (int i = first; i < end; i++) {
                bytes.putFloat(4 * (i - first), values.at(i));
            }
            send(4L * (end - first), to + 4L * first);
        }
    }

    void ints(int[] values, long to) {
        ByteBuffer bytes = chunk.bytes();
        for (int first = 0; first < values.length; first += CHUNK_BYTES / 4) {
            int end = Math.min(values.length, first + CHUNK_BYTES / 4);
            for (int i = first; i < end; i++) {
                bytes.putInt(4 * (i - first), values[i]);
            }
            send(4L * (end - first), to + 4L * first);
        }
    }

    private void send(long bytes, long to) {
        context.upload(chunk, 0, to, bytes, stream).enqueue();
        context.record(event, stream).enqueue();
        clock.await(event);
    }

    @Override
    public void close() {
        context.unpin(chunk);
        context.destroyEvent(event);
    }
}
