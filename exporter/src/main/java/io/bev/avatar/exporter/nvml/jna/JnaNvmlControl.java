package io.bev.avatar.exporter.nvml.jna;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlControl;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;

/** NVML's setters, using the native memory of their {@link JnaNvml}. */
final class JnaNvmlControl implements NvmlControl {

    /** Offset of the list behind its u32 count. */
    private static final int LIST = 8;

    private final NativeCalls calls;
    private final Memory scratch;
    private final Pointer list;

    JnaNvmlControl(NativeCalls calls, Memory scratch) {
        this.calls = calls;
        this.scratch = scratch;
        this.list = scratch.share(LIST);
    }

    @Override
    public NvmlResult<List<Integer>> supportedMemoryClocks(NvmlDevice device) {
        scratch.setInt(0, capacity());
        String name = "nvmlDeviceGetSupportedMemoryClocks";
        return clocks(name, calls.call(name, pointer(device), scratch, list));
    }

    @Override
    public NvmlResult<List<Integer>> supportedGraphicsClocks(NvmlDevice device, int memoryMhz) {
        scratch.setInt(0, capacity());
        String name = "nvmlDeviceGetSupportedGraphicsClocks";
        return clocks(name, calls.call(name, pointer(device), memoryMhz, scratch, list));
    }

    @Override
    public int setPersistenceMode(NvmlDevice device, int mode) {
        return calls.call("nvmlDeviceSetPersistenceMode", pointer(device), mode);
    }

    @Override
    public int setPowerLimit(NvmlDevice device, int milliwatts) {
        return calls.call("nvmlDeviceSetPowerManagementLimit", pointer(device), milliwatts);
    }

    @Override
    public int lockGraphicsClock(NvmlDevice device, int megahertz) {
        return calls.call("nvmlDeviceSetGpuLockedClocks", pointer(device), megahertz, megahertz);
    }

    @Override
    public int resetGraphicsClock(NvmlDevice device) {
        return calls.call("nvmlDeviceResetGpuLockedClocks", pointer(device));
    }

    @Override
    public int lockMemoryClock(NvmlDevice device, int megahertz) {
        return calls.call("nvmlDeviceSetMemoryLockedClocks", pointer(device), megahertz, megahertz);
    }

    @Override
    public int resetMemoryClock(NvmlDevice device) {
        return calls.call("nvmlDeviceResetMemoryLockedClocks", pointer(device));
    }

    @Override
    public int setComputeMode(NvmlDevice device, int mode) {
        return calls.call("nvmlDeviceSetComputeMode", pointer(device), mode);
    }

    private int capacity() {
        return Math.toIntExact((scratch.size() - LIST) / Integer.BYTES);
    }

    private NvmlResult<List<Integer>> clocks(String name, int code) {
        if (code != NvmlCode.SUCCESS) {
            return NvmlResult.failed(name, code);
        }
        List<Integer> clocks = new ArrayList<>();
        for (int i = 0; i < Math.min(scratch.getInt(0), capacity()); i++) {
            clocks.add(list.getInt((long) i * Integer.BYTES));
        }
        return NvmlResult.of(name, List.copyOf(clocks));
    }

    private static Pointer pointer(NvmlDevice device) {
        return new Pointer(device.handle());
    }
}
