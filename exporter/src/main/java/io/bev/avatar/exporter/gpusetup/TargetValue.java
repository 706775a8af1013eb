package io.bev.avatar.exporter.gpusetup;

import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.Clock;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerRange;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The value that a GPU gets, which may differ from the one asked for.
 *
 * @param value NVML's
 * @param remark why it differs; empty when it does not
 */
record TargetValue(int value, String remark) {

    private static final int EXCLUSIVE_PROCESS = 3;

    /** What {@code config} means for one GPU, in the order of {@link GpuSetting}. */
    static Map<GpuSetting, TargetValue> of(GpuSetupConfig config, NvmlApi api, NvmlDevice device) {
        Map<GpuSetting, TargetValue> targets = new EnumMap<>(GpuSetting.class);
        if (config.persistence()) {
            targets.put(GpuSetting.PERSISTENCE, new TargetValue(1, ""));
        }
        config.powerLimitWatts().ifPresent(watts -> targets.put(GpuSetting.POWER_LIMIT, power(watts, api, device)));
        config.memoryClockMhz()
                .ifPresent(mhz -> clock(
                                mhz, api.control().supportedMemoryClocks(device), api.maxClock(device, Clock.MEMORY))
                        .ifPresent(target -> targets.put(GpuSetting.MEMORY_CLOCK, target)));
        config.graphicsClockMhz()
                .ifPresent(mhz -> clock(
                                mhz,
                                graphicsClocks(Optional.ofNullable(targets.get(GpuSetting.MEMORY_CLOCK)), api, device),
                                api.maxClock(device, Clock.GRAPHICS))
                        .ifPresent(target -> targets.put(GpuSetting.GRAPHICS_CLOCK, target)));
        if (config.exclusiveProcess()) {
            targets.put(GpuSetting.COMPUTE_MODE, new TargetValue(EXCLUSIVE_PROCESS, ""));
        }
        return targets;
    }

    private static TargetValue power(int watts, NvmlApi api, NvmlDevice device) {
        int asked = watts * 1000;
        Optional<PowerRange> range = api.powerRange(device).value();
        int given = range.map(r -> Math.max(r.min(), Math.min(asked, r.max()))).orElse(asked);
        if (given == asked) {
            return new TargetValue(given, "");
        }
        return new TargetValue(given, (given < asked ? "its most" : "its least") + "; " + watts + " W asked for");
    }

    private static NvmlResult<List<Integer>> graphicsClocks(
            Optional<TargetValue> memory, NvmlApi api, NvmlDevice device) {
        int memoryMhz = memory.map(TargetValue::value)
                .or(() -> api.maxClock(device, Clock.MEMORY).value())
                .orElse(0);
        return api.control().supportedGraphicsClocks(device, memoryMhz);
    }

    /** Empty when the GPU tells no clocks at all. */
    private static Optional<TargetValue> clock(
            int asked, NvmlResult<List<Integer>> supported, NvmlResult<Integer> most) {
        List<Integer> clocks = supported.value().orElse(List.of());
        if (clocks.contains(asked)) {
            return Optional.of(new TargetValue(asked, ""));
        }
        Optional<Integer> highest = clocks.isEmpty() ? most.value() : Optional.of(Collections.max(clocks));
        return highest.map(mhz -> new TargetValue(mhz, "its most; it has no " + asked + " MHz"));
    }
}
