package io.bev.avatar.exporter.check.cuda;

/** Loads the CUDA driver's library. */
@FunctionalInterface
public interface CudaLoader {

    /** @throws CudaProbeException when it cannot be loaded */
    CudaApi load() throws CudaProbeException;
}
