package io.bev.avatar.splat.raster.cuda;

/** The driver's functions that need no context; each returns or throws {@link CudaException}. */
public interface CudaDriver {

    /** cuInit. */
    void init();

    /** cuDriverGetVersion: 1000 major + 10 minor. */
    int version();

    /** cuDeviceGetCount. */
    int deviceCount();

    /** cuDeviceGetName. */
    String name(int index);

    /** cuDeviceGetUuid, 16 bytes. */
    byte[] uuid(int index);

    /** cuDeviceGetPCIBusId. */
    String pciBusId(int index);

    /** cuDeviceTotalMem. */
    long totalBytes(int index);

    /** cuDeviceGetAttribute, compute capability: 10 major + minor. */
    int computeCapability(int index);

    /** cuCtxCreate: a context of the device, current on the calling thread. */
    CudaContext open(int index);
}
