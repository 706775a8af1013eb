package io.bev.avatar.renderer.config;

import io.bev.avatar.common.config.Config;

/**
 * Section {@code gpu}.
 *
 * @param device index, UUID or PCI address of the device to use
 * @param memoryFraction fraction of the device memory that the renderer may use, in (0, 1]
 * @param allocationBlockMb maximum size of a device memory block in MiB
 */
public record GpuConfig(String device, double memoryFraction, int allocationBlockMb) {

    public static GpuConfig from(Config c) {
        return new GpuConfig(
                c.text("gpu.device", "0", "BEV_AVATAR_GPU"),
                c.number("gpu.memory-fraction", 0.6, 0.01, 1, "GPU_MEMORY_FRACTION"),
                c.integer("gpu.allocation-block-mb", 512, 1, 65_536));
    }
}
