package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;

/**
 * The driver's functions for a device, without decisions. Handles and device addresses are plain numbers. Every method
 * returns or throws {@link CudaException}; all except {@link #enter} work on the thread that entered last. Not
 * thread-safe.
 */
public interface CudaContext extends AutoCloseable {

    /** Makes the context current on the calling thread; cuCtxSetCurrent. */
    void enter();

    /**
     * cuModuleLoadData.
     *
     * @param image a cubin, or PTX text ending in a zero byte
     */
    long loadModule(byte[] image);

    /** cuModuleUnload. */
    void unloadModule(long module);

    /** cuModuleGetFunction. */
    long function(long module, String name);

    /** cuMemAlloc: the device address of {@code bytes} bytes. */
    long allocate(long bytes);

    /** cuMemFree. */
    void free(long address);

    /** cuMemGetInfo: free memory of the device in bytes. */
    long freeBytes();

    /** cuMemHostAlloc: pinned host memory, which the device accesses directly. */
    Pinned pin(int bytes);

    /** cuMemFreeHost. */
    void unpin(Pinned memory);

    /** cuStreamCreate, not synchronising with the default stream. */
    long createStream();

    /** cuStreamDestroy. */
    void destroyStream(long stream);

    /** cuEventCreate, with timing. */
    long createEvent();

    /** cuEventDestroy. */
    void destroyEvent(long event);

    /** cuEventQuery: whether the work before the event's last record is complete. */
    boolean reached(long event);

    /** cuEventElapsedTime, in milliseconds. */
    float elapsedMillis(long from, long to);

    /**
     * cuLaunchKernel, one-dimensional.
     *
     * @param arguments values of the kernel's parameters; read each time the command is enqueued
     */
    Command launch(long function, int grid, int block, long stream, ByteBuffer... arguments);

    /** cuMemcpyHtoDAsync. */
    Command upload(Pinned from, int offset, long to, long bytes, long stream);

    /** cuMemcpyDtoHAsync. */
    Command download(long from, Pinned to, int offset, long bytes, long stream);

    /** cuEventRecord. */
    Command record(long event, long stream);

    /** cuStreamWaitEvent: subsequent work of the stream waits for the event. */
    Command await(long event, long stream);

    /** cuCtxDestroy: releases all remaining resources. */
    @Override
    void close();

    /** A repeatable unit of work for a stream; created once, so that a frame allocates nothing. */
    interface Command {
        void enqueue();
    }

    /**
     * Pinned host memory.
     *
     * @param handle handle of the driver
     * @param bytes the memory, in native order
     */
    record Pinned(long handle, ByteBuffer bytes) {}
}
