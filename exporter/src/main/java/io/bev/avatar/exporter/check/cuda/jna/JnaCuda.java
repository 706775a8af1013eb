package io.bev.avatar.exporter.check.cuda.jna;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.check.cuda.CudaApi;
import io.bev.avatar.exporter.check.cuda.CudaProbeException;

/**
 * The CUDA driver API through JNA. Owns a scratch block of native memory for arguments and results until {@link
 * #close}.
 */
public final class JnaCuda implements CudaApi {

    private static final int NAME_LENGTH = 256;

    /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR} and {@code _MINOR}. */
    private static final int ATTRIBUTE_MAJOR = 75;

    private static final int ATTRIBUTE_MINOR = 76;

    /** Offsets in the scratch block, in bytes: a kernel's number, and the pointers to its two arguments. */
    private static final int SECOND = 8;

    private static final int ARGUMENTS = 16;

    private final NativeLibrary library;
    private final Memory scratch = new Memory(NAME_LENGTH);
    private final Pointer second = scratch.share(SECOND);

    private JnaCuda(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Loads the library.
     *
     * @param name file name for the dynamic linker, such as {@code libcuda.so.1}, or a path
     * @throws CudaProbeException when it cannot be loaded
     */
    public static JnaCuda load(String name) throws CudaProbeException {
        try {
            return new JnaCuda(NativeLibrary.getInstance(name));
        } catch (LinkageError e) {
            throw new CudaProbeException(name + " cannot be loaded", e);
        }
    }

    @Override
    public void init() throws CudaProbeException {
        call("cuInit", 0);
    }

    @Override
    public int driverVersion() throws CudaProbeException {
        call("cuDriverGetVersion", scratch);
        return scratch.getInt(0);
    }

    @Override
    public int deviceCount() throws CudaProbeException {
        call("cuDeviceGetCount", scratch);
        return scratch.getInt(0);
    }

    @Override
    public int device(int ordinal) throws CudaProbeException {
        call("cuDeviceGet", scratch, ordinal);
        return scratch.getInt(0);
    }

    @Override
    public String name(int device) throws CudaProbeException {
        call("cuDeviceGetName", scratch, NAME_LENGTH, device);
        return scratch.getString(0);
    }

    @Override
    public int computeCapability(int device) throws CudaProbeException {
        call("cuDeviceGetAttribute", scratch, ATTRIBUTE_MAJOR, device);
        int major = scratch.getInt(0);
        call("cuDeviceGetAttribute", scratch, ATTRIBUTE_MINOR, device);
        return major * 10 + scratch.getInt(0);
    }

    @Override
    public long createContext(int device) throws CudaProbeException {
        call("cuCtxCreate_v2", scratch, 0, device);
        return scratch.getLong(0);
    }

    @Override
    public void destroyContext(long context) throws CudaProbeException {
        call("cuCtxDestroy_v2", new Pointer(context));
    }

    @Override
    public CudaApi.DeviceMemory memory() throws CudaProbeException {
        call("cuMemGetInfo_v2", scratch, second);
        return new CudaApi.DeviceMemory(scratch.getLong(0), scratch.getLong(SECOND));
    }

    @Override
    public long loadModule(String ptx) throws CudaProbeException {
        try (Memory text = new Memory(ptx.length() + 1L)) {
            text.setString(0, ptx, "US-ASCII");
            call("cuModuleLoadData", scratch, text);
        }
        return scratch.getLong(0);
    }

    @Override
    public long function(long module, String name) throws CudaProbeException {
        call("cuModuleGetFunction", scratch, new Pointer(module), name);
        return scratch.getLong(0);
    }

    @Override
    public long allocate(long bytes) throws CudaProbeException {
        call("cuMemAlloc_v2", scratch, bytes);
        return scratch.getLong(0);
    }

    @Override
    public void launch(long function, int blocks, int threadsPerBlock, long address, int number)
            throws CudaProbeException {
        scratch.setLong(0, address);
        scratch.setInt(SECOND, number);
        scratch.setPointer(ARGUMENTS, scratch);
        scratch.setPointer(ARGUMENTS + 8, second);
        Pointer arguments = scratch.share(ARGUMENTS);
        call(
                "cuLaunchKernel",
                new Pointer(function),
                blocks,
                1,
                1,
                threadsPerBlock,
                1,
                1,
                0,
                Pointer.NULL,
                arguments,
                Pointer.NULL);
    }

    @Override
    public void synchronize() throws CudaProbeException {
        call("cuCtxSynchronize");
    }

    @Override
    public int[] read(long address, int count) throws CudaProbeException {
        try (Memory host = new Memory(count * (long) Integer.BYTES)) {
            call("cuMemcpyDtoH_v2", host, address, host.size());
            return host.getIntArray(0, count);
        }
    }

    @Override
    public void close() {
        scratch.close();
        library.close();
    }

    private void call(String name, Object... arguments) throws CudaProbeException {
        int code;
        try {
            code = library.getFunction(name).invokeInt(arguments);
        } catch (UnsatisfiedLinkError e) {
            throw new CudaProbeException(name + " is missing from " + library.getName(), e);
        }
        if (code != 0) {
            throw new CudaProbeException(name, code, errorName(code));
        }
    }

    private String errorName(int code) {
        int status = library.getFunction("cuGetErrorName").invokeInt(new Object[] {code, scratch});
        return status == 0 ? scratch.getPointer(0).getString(0) : "unknown error";
    }
}
