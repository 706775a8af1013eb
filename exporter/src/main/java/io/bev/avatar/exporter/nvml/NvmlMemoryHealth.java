package io.bev.avatar.exporter.nvml;

/** The NVML functions for the health of GPU memory; most GeForce GPUs support none of them. */
public interface NvmlMemoryHealth {

    /** {@code nvmlMemoryErrorType_t}. */
    enum EccError {
        CORRECTED,
        UNCORRECTED
    }

    /** {@code nvmlEccCounterType_t}. */
    enum EccPeriod {
        SINCE_DRIVER_LOAD,
        LIFETIME
    }

    /**
     * {@code nvmlDeviceGetRemappedRows}: memory rows remapped to spare rows over the lifetime of the device.
     *
     * @param corrected rows remapped because of corrected errors
     * @param uncorrected rows remapped because of uncorrected errors
     * @param pending 1 if a row remapping is pending until the next GPU reset, otherwise 0
     * @param failed 1 if a row remapping has failed, otherwise 0
     */
    record RemappedRows(long corrected, long uncorrected, long pending, long failed) {}

    /** ECC errors; not supported while ECC is off. */
    NvmlResult<Long> eccErrors(NvmlDevice device, EccError type, EccPeriod period);

    /** Degrees Celsius of the memory. */
    NvmlResult<Long> memoryTemperature(NvmlDevice device);

    NvmlResult<RemappedRows> remappedRows(NvmlDevice device);
}
