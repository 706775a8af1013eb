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
    private final JnaNvmlFields fields;

    /** @param scratch memory for results of calls, at least 16 bytes */
    JnaNvmlMemoryHealth(NativeCalls calls, Memory scratch, JnaNvmlFields fields) {
        this.calls = calls;
        this.scratch = scratch;
        this.fields = fields;
    }

    @Override
    public NvmlResult<Long> eccErrors(NvmlDevice device, EccError type, EccPeriod period) {
        String name = "nvmlDeviceGetTotalEccErrors";
        int number = switch (type) {
            case CORRECTED -> ECC_CORRECTED;
            case UNCORRECTED -> ECC_UNCORRECTED;
        };
        int counter = switch (period) {
            case SINCE_DRIVER_LOAD -> ECC_SINCE_DRIVER_LOAD;
            case LIFETIME -> ECC_LIFETIME;
        };
        int code = calls.call(name, new Pointer(device.handle()), number, counter, scratch);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(name, scratch.getLong(0)).number(v -> v)
                : NvmlResult.failed(name, code);
    }

    @Override
    public NvmlResult<Long> memoryTemperature(NvmlDevice device) {
        return fields.read(device, FIELD_MEMORY_TEMPERATURE, 0);
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
