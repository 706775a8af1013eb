package io.bev.avatar.exporter.nvml;

import java.util.List;

/**
 * The NVML functions that change GPU settings, and the supported values. The driver requires root for changes; setters
 * return the code.
 */
public interface NvmlControl {

    /** Supported memory clocks, megahertz. */
    NvmlResult<List<Integer>> supportedMemoryClocks(NvmlDevice device);

    /** Supported graphics clocks at memory clock {@code memoryMhz}, megahertz. */
    NvmlResult<List<Integer>> supportedGraphicsClocks(NvmlDevice device, int memoryMhz);

    /** 0 or 1. */
    int setPersistenceMode(NvmlDevice device, int mode);

    /** Milliwatts, within {@link NvmlApi#powerRange}. */
    int setPowerLimit(NvmlDevice device, int milliwatts);

    /** Locks the graphics clock at {@code megahertz}; thermal and power limits can still lower it. */
    int lockGraphicsClock(NvmlDevice device, int megahertz);

    /** Reverts {@link #lockGraphicsClock}. */
    int resetGraphicsClock(NvmlDevice device);

    /** Locks the memory clock at {@code megahertz}. */
    int lockMemoryClock(NvmlDevice device, int megahertz);

    /** Reverts {@link #lockMemoryClock}. */
    int resetMemoryClock(NvmlDevice device);

    /** See {@link NvmlApi#computeMode}. */
    int setComputeMode(NvmlDevice device, int mode);
}
