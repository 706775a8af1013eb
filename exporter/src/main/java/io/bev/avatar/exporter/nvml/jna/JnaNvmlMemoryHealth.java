package io.bev.avatar.exporter.nvml.jna;

import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlMemoryHealth;
import io.bev.avatar.exporter.nvml.NvmlResult;

/** NVML's functions for the health of GPU memory. */
final class JnaNvmlMemoryHealth implements NvmlMemoryHealth {

    private final NativeCalls calls;
    private final Memory scratch;

    /** @param scratch memory for results of calls, at least {@link NvmlConstants#FIELD_SIZE} bytes */
    JnaNvmlMemoryHealth(NativeCalls calls, Memory scratch) {
        this.calls = calls;
        this.scratch = scratch;
    }

    @Override
    public NvmlResult<Long> eccErrors(NvmlDevice device, EccError type) {
        String name = "nvmlDeviceGetTotalEccErrors";
        int number = switch (type) {
            case CORRECTED -> ECC_CORRECTED;
            case UNCORRECTED -> ECC_UNCORRECTED;
        };
        int code = calls.call(name, new Pointer(device.handle()), number, ECC_SINCE_DRIVER_LOAD, scratch);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(name, scratch.getLong(0)).number(v -> v)
                : NvmlResult.failed(name, code);
    }

    /**
     * The call succeeds even when the field fails: the field has its own code, and its value is undefined on failure.
     */
    @Override
    public NvmlResult<Long> memoryTemperature(NvmlDevice device) {
        String name = "nvmlDeviceGetFieldValues";
        scratch.clear(FIELD_SIZE);
        scratch.setInt(0, FIELD_MEMORY_TEMPERATURE);
        int code = calls.call(name, new Pointer(device.handle()), 1, scratch);
        int own = code == NvmlCode.SUCCESS ? scratch.getInt(FIELD_CODE) : code;
        return own == NvmlCode.SUCCESS
                ? NvmlResult.of(name, JnaNvml.unsigned(scratch, FIELD_VALUE)).number(v -> v)
                : NvmlResult.failed(name, own);
    }

    @Override
    public NvmlResult<RemappedRows> remappedRows(NvmlDevice device) {
        String name = "nvmlDeviceGetRemappedRows";
        int code = calls.call(
                name, new Pointer(device.handle()), scratch, scratch.share(4), scratch.share(8), scratch.share(12));
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(
                        name,
                        new RemappedRows(
                                JnaNvml.unsigned(scratch, 0),
                                JnaNvml.unsigned(scratch, 4),
                                JnaNvml.unsigned(scratch, 8),
                                JnaNvml.unsigned(scratch, 12)))
                : NvmlResult.failed(name, code);
    }
}
