package io.bev.avatar.exporter.check.cuda;

/**
 * The functions of the CUDA driver that {@link KernelProbe} calls; each throws {@link CudaException} on any code but success.
 * Handles and addresses are the driver's. One thread calls it: a context belongs to the thread that made it.
 */
public interface CudaApi extends AutoCloseable {

    /** Free and total bytes of a device. */
    record DeviceMemory(long free, long total) {}

    /** {@code cuInit(0)}. */
    void init() throws CudaException;

    /** {@code cuDriverGetVersion}: 1000 x major + 10 x minor. */
    int driverVersion() throws CudaException;

    /** {@code cuDeviceGetCount}, after CUDA_VISIBLE_DEVICES. */
    int deviceCount() throws CudaException;

    /** {@code cuDeviceGet}. */
    int device(int ordinal) throws CudaException;

    /** {@code cuDeviceGetName}. */
    String name(int device) throws CudaException;

    /** {@code cuDeviceGetAttribute}: 10 x major + minor of the compute capability. */
    int computeCapability(int device) throws CudaException;

    /** {@code cuCtxCreate_v2} with no flags. */
    long createContext(int device) throws CudaException;

    /** {@code cuCtxDestroy_v2}. */
    void destroyContext(long context) throws CudaException;

    /** {@code cuMemGetInfo_v2}. */
    DeviceMemory memory() throws CudaException;

    /** {@code cuModuleLoadData}, which compiles PTX. */
    long loadModule(String ptx) throws CudaException;

    /** {@code cuModuleGetFunction}. */
    long function(long module, String name) throws CudaException;

    /** {@code cuMemAlloc_v2}. */
    long allocate(long bytes) throws CudaException;

    /** {@code cuLaunchKernel} on the default stream of a kernel that takes an address and a number. */
    void launch(long function, int blocks, int threadsPerBlock, long address, int number) throws CudaException;

    /** {@code cuCtxSynchronize}. */
    void synchronize() throws CudaException;

    /** {@code cuMemcpyDtoH_v2} of {@code count} 32-bit integers. */
    int[] read(long address, int count) throws CudaException;

    /** Unloads the library. */
    @Override
    void close();
}
