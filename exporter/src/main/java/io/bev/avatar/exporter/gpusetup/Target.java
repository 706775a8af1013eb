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
record Target(int value, String remark) {

    private static final int EXCLUSIVE_PROCESS = 3;

    /** What {@code config} means for one GPU, in the order of {@link Setting}. */
    static Map<Setting, Target> of(GpuSetupConfig config, NvmlApi api, NvmlDevice device) {
        Map<Setting, Target> targets = new EnumMap<>(Setting.class);
        if (config.persistence()) {
            targets.put(Setting.PERSISTENCE, new Target(1, ""));
        }
        config.powerLimitWatts().ifPresent(watts -> targets.put(Setting.POWER_LIMIT, power(watts, api, device)));
        config.memoryClockMhz()
                .ifPresent(mhz -> clock(
                                mhz, api.control().supportedMemoryClocks(device), api.maxClock(device, Clock.MEMORY))
                        .ifPresent(target -> targets.put(Setting.MEMORY_CLOCK, target)));
        config.graphicsClockMhz()
                .ifPresent(mhz -> clock(
                                mhz,
                                graphicsClocks(Optional.ofNullable(targets.get(Setting.MEMORY_CLOCK)), api, device),
                                api.maxClock(device, Clock.GRAPHICS))
                        .ifPresent(target -> targets.put(Setting.GRAPHICS_CLOCK, target)));
        if (config.exclusiveProcess()) {
            targets.put(Setting.COMPUTE_MODE, new Target(EXCLUSIVE_PROCESS, ""));
        }
        return targets;
    }

    private static Target power(int watts, NvmlApi api, NvmlDevice device) {
        int asked = watts * 1000;
        Optional<PowerRange> range = api.powerRange(device).value();
        int given = range.map(r -> Math.max(r.min(), Math.min(asked, r.max()))).orElse(asked);
        if (given == asked) {
            return new Target(given, "");
        }
        return new Target(given, (given < asked ? "its most" : "its least") + "; " + watts + " W asked for");
    }

    private static NvmlResult<List<Integer>> graphicsClocks(Optional<Target> memory, NvmlApi api, NvmlDevice device) {
        int memoryMhz = memory.map(Target::value)
                .or(() -> api.maxClock(device, Clock.MEMORY).value())
                .orElse(0);
        return api.control().supportedGraphicsClocks(device, memoryMhz);
    }

    /** Empty when the GPU tells no clocks at all. */
    private static Optional<Target> clock(int asked, NvmlResult<List<Integer>> supported, NvmlResult<Integer> most) {
        List<Integer> clocks = supported.value().orElse(List.of());
        if (clocks.contains(asked)) {
            return Optional.of(new Target(asked, ""));
        }
        Optional<Integer> highest = clocks.isEmpty() ? most.value() : Optional.of(Collections.max(clocks));
        return highest.map(mhz -> new Target(mhz, "its most; it has no " + asked + " MHz"));
    }
}
