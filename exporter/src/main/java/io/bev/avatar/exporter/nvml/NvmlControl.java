package io.bev.avatar.exporter.nvml;

import java.util.List;

/**
 * The NVML functions that change a GPU, and what may be asked of them. The driver lets root alone change; setters give the
 * code.
 */
public interface NvmlControl {

    /** Clocks that the memory may have, megahertz. */
    NvmlResult<List<Integer>> supportedMemoryClocks(NvmlDevice device);

    /** Clocks that the graphics engine may have while the memory's is {@code memoryMhz}, megahertz. */
    NvmlResult<List<Integer>> supportedGraphicsClocks(NvmlDevice device, int memoryMhz);

    /** 0 or 1. */
    int setPersistenceMode(NvmlDevice device, int mode);

    /** Milliwatts, within {@link NvmlApi#powerRange}. */
    int setPowerLimit(NvmlDevice device, int milliwatts);

    /** Keeps the graphics clock at {@code megahertz}; heat and power limit may still lower it. */
    int lockGraphicsClock(NvmlDevice device, int megahertz);

    /** Ends {@link #lockGraphicsClock}. */
    int resetGraphicsClock(NvmlDevice device);

    /** Keeps the memory's clock at {@code megahertz}. */
    int lockMemoryClock(NvmlDevice device, int megahertz);

    /** Ends {@link #lockMemoryClock}. */
    int resetMemoryClock(NvmlDevice device);

    /** See {@link NvmlApi#computeMode}. */
    int setComputeMode(NvmlDevice device, int mode);
}
