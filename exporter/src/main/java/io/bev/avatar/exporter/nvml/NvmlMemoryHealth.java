package io.bev.avatar.exporter.nvml;

/** NVML's functions about the health of a GPU's memory; most GeForce GPUs support none of them. */
public interface NvmlMemoryHealth {

    /** {@code nvmlMemoryErrorType_t}. */
    enum EccError {
        CORRECTED,
        UNCORRECTED
    }

    /**
     * {@code nvmlDeviceGetRemappedRows}: rows of memory replaced by spare ones, since the device was made.
     *
     * @param corrected rows replaced because of corrected errors
     * @param uncorrected rows replaced because of uncorrected errors
     * @param pending 1 when a row waits for the next reset of the GPU to be replaced, else 0
     * @param failed 1 when a row could not be replaced, else 0
     */
    record RemappedRows(int corrected, int uncorrected, int pending, int failed) {}

    /** ECC errors since the driver was loaded; not supported while ECC is off. */
    NvmlResult<Long> eccErrors(NvmlDevice device, EccError type);

    /** Degrees Celsius of the memory. */
    NvmlResult<Integer> memoryTemperature(NvmlDevice device);

    NvmlResult<RemappedRows> remappedRows(NvmlDevice device);
}
