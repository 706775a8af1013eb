package io.bev.avatar.exporter.nvml.jna;

import static io.bev.avatar.exporter.nvml.jna.NvmlConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDataCenter;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;

/** NVML's functions for data centre GPUs, using the native memory of their {@link JnaNvml}. */
final class JnaNvmlDataCenter implements NvmlDataCenter {

    private final NativeCalls calls;
    private final Memory scratch;
    private final JnaNvmlFields fields;

    /** @param scratch memory for results of calls, at least {@link NvmlConstants#LICENCES_SIZE} bytes */
    JnaNvmlDataCenter(NativeCalls calls, Memory scratch, JnaNvmlFields fields) {
        this.calls = calls;
        this.scratch = scratch;
        this.fields = fields;
    }

    @Override
    public NvmlResult<Long> nvlinkKibibytes(NvmlDevice device, NvLinkDirection direction) {
        int field = switch (direction) {
            case TRANSMIT -> FIELD_NVLINK_TRANSMIT;
            case RECEIVE -> FIELD_NVLINK_RECEIVE;
        };
        return fields.read(device, field, ALL_LINKS);
    }

    @Override
    public NvmlResult<Integer> fabricState(NvmlDevice device) {
        String name = "nvmlDeviceGetGpuFabricInfo";
        int code = calls.call(name, pointer(device), scratch);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(name, Byte.toUnsignedInt(scratch.getByte(FABRIC_STATE)))
                : NvmlResult.failed(name, code);
    }

    @Override
    public NvmlResult<Long> recoveryAction(NvmlDevice device) {
        return fields.read(device, FIELD_RECOVERY_ACTION, 0);
    }

    @Override
    public NvmlResult<Integer> vgpuLicensed(NvmlDevice device) {
        String name = "nvmlDeviceGetGridLicensableFeatures_v4";
        scratch.clear(LICENCES_SIZE);
        int code = calls.call(name, pointer(device), scratch);
        if (code == NvmlCode.SUCCESS && scratch.getInt(0) == 0) {
            return NvmlResult.failed(name, NvmlCode.NOT_SUPPORTED);
        }
        if (code != NvmlCode.SUCCESS) {
            return NvmlResult.failed(name, code);
        }
        int licensed = 0;
        for (int i = 0; i < Math.min(scratch.getInt(LICENCES_COUNT), LICENCES_MAX); i++) {
            licensed |= scratch.getInt(LICENCES + (long) i * LICENCE_SIZE + LICENCE_STATE) == 0 ? 0 : 1;
        }
        return NvmlResult.of(name, licensed);
    }

    @Override
    public NvmlResult<Long> migMode(NvmlDevice device) {
        String name = "nvmlDeviceGetMigMode";
        return number(name, calls.call(name, pointer(device), scratch, scratch.share(8)));
    }

    @Override
    public NvmlResult<Integer> maxMigDevices(NvmlDevice device) {
        String name = "nvmlDeviceGetMaxMigDeviceCount";
        return NvmlResult.integer(number(name, calls.call(name, pointer(device), scratch)), NvmlApi.MAX_DEVICES);
    }

    @Override
    public NvmlResult<NvmlDevice> migDevice(NvmlDevice device, int index) {
        String name = "nvmlDeviceGetMigDeviceHandleByIndex";
        int code = calls.call(name, pointer(device), index, scratch);
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(name, new NvmlDevice(scratch.getLong(0)))
                : NvmlResult.failed(name, code);
    }

    @Override
    public NvmlResult<Long> gpuInstance(NvmlDevice migDevice) {
        String name = "nvmlDeviceGetGpuInstanceId";
        return number(name, calls.call(name, pointer(migDevice), scratch));
    }

    @Override
    public NvmlResult<Long> computeInstance(NvmlDevice migDevice) {
        String name = "nvmlDeviceGetComputeInstanceId";
        return number(name, calls.call(name, pointer(migDevice), scratch));
    }

    private NvmlResult<Long> number(String name, int code) {
        return code == NvmlCode.SUCCESS
                ? NvmlResult.of(name, JnaNvml.unsigned(scratch, 0)).number(v -> v)
                : NvmlResult.failed(name, code);
    }

    private static Pointer pointer(NvmlDevice device) {
        return new Pointer(device.handle());
    }
}
