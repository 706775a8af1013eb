package io.bev.avatar.exporter.nvml.jna;

import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;

/** NVML's values with a field id, read one at a time. */
final class JnaNvmlFields {

    private static final String CALL = "nvmlDeviceGetFieldValues";

    private final NativeCalls calls;
    private final Memory scratch;

    /** @param scratch memory for results of calls, at least {@link NvmlConstants#FIELD_SIZE} bytes */
    JnaNvmlFields(NativeCalls calls, Memory scratch) {
        this.calls = calls;
        this.scratch = scratch;
    }

    /**
     * The integer value of a field. The call succeeds even when the field fails: the field has its own code, and its
     * value is undefined on failure. A driver that does not know the field calls it an invalid argument.
     */
    NvmlResult<Long> read(NvmlDevice device, int field, int scope) {
        scratch.clear(FIELD_SIZE);
        scratch.setInt(0, field);
        scratch.setInt(FIELD_SCOPE, scope);
        int code = calls.call(CALL, new Pointer(device.handle()), 1, scratch);
        int own = code == NvmlCode.SUCCESS ? scratch.getInt(FIELD_CODE) : code;
        if (code == NvmlCode.SUCCESS && own == NvmlCode.INVALID_ARGUMENT) {
            return NvmlResult.failed(CALL, NvmlCode.NOT_SUPPORTED);
        }
        return own == NvmlCode.SUCCESS ? NvmlResult.of(CALL, value()).number(v -> v) : NvmlResult.failed(CALL, own);
    }

    private long value() {
        return switch (scratch.getInt(FIELD_TYPE)) {
            case FIELD_DOUBLE -> (long) scratch.getDouble(FIELD_VALUE);
            case FIELD_UNSIGNED_INT -> JnaNvml.unsigned(scratch, FIELD_VALUE);
            case FIELD_SIGNED_INT -> scratch.getInt(FIELD_VALUE);
            case FIELD_UNSIGNED_SHORT -> Short.toUnsignedInt(scratch.getShort(FIELD_VALUE));
            default -> scratch.getLong(FIELD_VALUE);
        };
    }
}
