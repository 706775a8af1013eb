package io.bev.avatar.exporter.check.cuda;

/**
 * The functions of the CUDA driver that {@link KernelProbe} calls; each throws {@link CudaProbeException} on any code but
 * success. Handles and addresses are the driver's. Confined to one thread: a context is bound to the thread that
 * created it.
 */
public interface CudaApi extends AutoCloseable {

    /** Free and total bytes of a device. */
    record DeviceMemory(long free, long total) {}

    /** {@code cuInit(0)}. */
    void init() throws CudaProbeException;

    /** {@code cuDriverGetVersion}: 1000 x major + 10 x minor. */
    int driverVersion() throws CudaProbeException;

    /** {@code cuDeviceGetCount}, after CUDA_VISIBLE_DEVICES. */
    int deviceCount() throws CudaProbeException;

    /** {@code cuDeviceGet}. */
    int device(int ordinal) throws CudaProbeException;

    /** {@code cuDeviceGetName}. */
    String name(int device) throws CudaProbeException;

    /** {@code cuDeviceGetAttribute}: 10 x major + minor of the compute capability. */
    int computeCapability(int device) throws CudaProbeException;

    /** {@code cuCtxCreate_v2} with no flags. */
    long createContext(int device) throws CudaProbeException;

    /** {@code cuCtxDestroy_v2}. */
    void destroyContext(long context) throws CudaProbeException;

    /** {@code cuMemGetInfo_v2}. */
    DeviceMemory memory() throws CudaProbeException;

    /** {@code cuModuleLoadData}, which compiles PTX. */
    long loadModule(String ptx) throws CudaProbeException;

    /** {@code cuModuleGetFunction}. */
    long function(long module, String name) throws CudaProbeException;

    /** {@code cuMemAlloc_v2}. */
    long allocate(long bytes) throws CudaProbeException;

    /** {@code cuLaunchKernel} on the default stream of a kernel that takes an address and a number. */
    void launch(long function, int blocks, int threadsPerBlock, long address, int number) throws CudaProbeException;

    /** {@code cuCtxSynchronize}. */
    void synchronize() throws CudaProbeException;

    /** {@code cuMemcpyDtoH_v2} of {@code count} 32-bit integers. */
    int[] read(long address, int count) throws CudaProbeException;

    /** Unloads the library. */
    @Override
    void close();
}
