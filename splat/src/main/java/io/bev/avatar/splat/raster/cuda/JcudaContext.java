package io.bev.avatar.splat.raster.cuda;

import static jcuda.driver.CUctx_flags.CU_CTX_SCHED_AUTO;
import static jcuda.driver.CUevent_flags.CU_EVENT_DEFAULT;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** {@link CudaContext} through jcuda. */
final class JcudaContext implements CudaContext {

    private final CUcontext context = new CUcontext();
    /** jcuda's objects by handle. */
    private final Map<Long, Object> objects = new HashMap<>();

    private long lastHandle;

    JcudaContext(CUdevice device) {
        check("cuCtxCreate", JCudaDriver.cuCtxCreate(context, CU_CTX_SCHED_AUTO, device));
    }

    /** Memory of the device; jcuda makes the address of a pointer accessible only to subclasses. */
    private static final class DeviceAddress extends CUdeviceptr {

        DeviceAddress() {}

        /** A pointer with {@code address} as offset from null; jcuda adds offsets up. */
        DeviceAddress(long address) {
            super(new CUdeviceptr(), address);
        }

        long value() {
            return getNativePointer() + getByteOffset();
        }
    }

    private long keep(Object object) {
        lastHandle++;
        objects.put(lastHandle, object);
        return lastHandle;
    }

    private <T> T get(long handle, Class<T> type) {
        return type.cast(known(handle, objects.get(handle)));
    }

    private <T> T remove(long handle, Class<T> type) {
        return type.cast(known(handle, objects.remove(handle)));
    }

    private static Object known(long handle, @Nullable Object object) {
        if (object == null) {
            throw new CudaException("handle " + handle, CUresult.CUDA_ERROR_INVALID_HANDLE, "no such handle");
        }
        return object;
    }

    @Override
    public void enter() {
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
    }

    @Override
    public long loadModule(byte[] image) {
        CUmodule module = new CUmodule();
        check("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, image));
        return keep(module);
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", JCudaDriver.cuModuleUnload(remove(module, CUmodule.class)));
    }

    @Override
    public long function(long module, String name) {
        CUfunction function = new CUfunction();
        check(
                "cuModuleGetFunction " + name,
                JCudaDriver.cuModuleGetFunction(function, get(module, CUmodule.class), name));
        return keep(function);
    }

    @Override
    public long allocate(long bytes) {
        DeviceAddress address = new DeviceAddress();
        check("cuMemAlloc of " + bytes + " bytes", JCudaDriver.cuMemAlloc(address, bytes));
        return address.value();
    }

    @Override
    public void free(long address) {
        check("cuMemFree", JCudaDriver.cuMemFree(new DeviceAddress(address)));
    }

    @Override
    public long freeBytes() {
        long[] free = new long[1];
        long[] total = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return free[0];
    }

    @Override
    public Pinned pin(int bytes) {
        Pointer pointer = new Pointer();
        check("cuMemHostAlloc of " + bytes + " bytes", JCudaDriver.cuMemHostAlloc(pointer, bytes, 0));
        return new Pinned(keep(pointer), pointer.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()));
    }

    @Override
    public void unpin(Pinned memory) {
        check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(remove(memory.handle(), Pointer.class)));
    }

    @Override
    public long createStream() {
        CUstream stream = new CUstream();
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CU_STREAM_NON_BLOCKING));
        return keep(stream);
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(remove(stream, CUstream.class)));
    }

    @Override
    public long createEvent() {
        CUevent event = new CUevent();
        check("cuEventCreate", JCudaDriver.cuEventCreate(event, CU_EVENT_DEFAULT));
        return keep(event);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", JCudaDriver.cuEventDestroy(remove(event, CUevent.class)));
    }

    @Override
    public boolean reached(long event) {
        int code = JCudaDriver.cuEventQuery(get(event, CUevent.class));
        if (code == CUresult.CUDA_ERROR_NOT_READY) {
            return false;
        }
        check("cuEventQuery", code);
        return true;
    }

    @Override
    public float elapsedMillis(long from, long to) {
        float[] millis = new float[1];
        check(
                "cuEventElapsedTime",
                JCudaDriver.cuEventElapsedTime(millis, get(from, CUevent.class), get(to, CUevent.class)));
        return millis[0];
    }

    @Override
    public Command launch(long function, int grid, int block, long stream, ByteBuffer... arguments) {
        CUfunction kernel = get(function, CUfunction.class);
        CUstream queue = get(stream, CUstream.class);
        NativePointerObject[] values = new NativePointerObject[arguments.length];
        for (int a = 0; a < values.length; a++) {
            values[a] = Pointer.to(arguments[a]);
        }
        Pointer parameters = Pointer.to(values);
        return () -> check(
                "cuLaunchKernel",
                JCudaDriver.cuLaunchKernel(kernel, grid, 1, 1, block, 1, 1, 0, queue, parameters, null));
    }

    @Override
    public Command upload(Pinned from, int offset, long to, long bytes, long stream) {
        Pointer source = get(from.handle(), Pointer.class).withByteOffset(offset);
        CUdeviceptr target = new DeviceAddress(to);
        CUstream queue = get(stream, CUstream.class);
        return () -> check("cuMemcpyHtoDAsync", JCudaDriver.cuMemcpyHtoDAsync(target, source, bytes, queue));
    }

    @Override
    public Command download(long from, Pinned to, int offset, long bytes, long stream) {
        CUdeviceptr source = new DeviceAddress(from);
        Pointer target = get(to.handle(), Pointer.class).withByteOffset(offset);
        CUstream queue = get(stream, CUstream.class);
        return () -> check("cuMemcpyDtoHAsync", JCudaDriver.cuMemcpyDtoHAsync(target, source, bytes, queue));
    }

    @Override
    public Command record(long event, long stream) {
        CUevent mark = get(event, CUevent.class);
        CUstream queue = get(stream, CUstream.class);
        return () -> check("cuEventRecord", JCudaDriver.cuEventRecord(mark, queue));
    }

    @Override
    public Command await(long event, long stream) {
        CUevent mark = get(event, CUevent.class);
        CUstream queue = get(stream, CUstream.class);
        return () -> check("cuStreamWaitEvent", JCudaDriver.cuStreamWaitEvent(queue, mark, 0));
    }

    @Override
    public void close() {
        objects.clear();
        check("cuCtxDestroy", JCudaDriver.cuCtxDestroy(context));
    }

    private static void check(String function, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new CudaException(function, code, CUresult.stringFor(code));
        }
    }
}
