package io.bev.avatar.splat.raster.cuda;

import java.util.Optional;

/**
 * A device that the CUDA driver reports.
 *
 * @param index number assigned by the driver, after {@code CUDA_VISIBLE_DEVICES}
 * @param name product name
 * @param uuid as NVML and nvidia-smi write it, {@code GPU-...}
 * @param pciBusId such as {@code 0000:01:00.0}
 * @param totalBytes memory
 * @param computeCapability such as {@code 8.9}
 * @param cudaVersion newest CUDA version that the driver supports, such as {@code 12.6}
 * @param driverVersion of the kernel module, such as {@code 550.54.14}
 */
public record CudaDevice(
        int index,
        String name,
        String uuid,
        String pciBusId,
        long totalBytes,
        String computeCapability,
        String cudaVersion,
        Optional<String> driverVersion) {}
