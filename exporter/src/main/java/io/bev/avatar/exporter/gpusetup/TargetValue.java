package io.bev.avatar.exporter.gpusetup;

import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.Clock;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerRange;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Value to apply to a GPU, which may differ from the configured one.
 *
 * @param value in the unit of NVML
 * @param remark why it differs from the configuration; empty if it does not
 */
record TargetValue(int value, String remark) {

    private static final int EXCLUSIVE_PROCESS = 3;

    /** Ratio to the configured clock: a step of an ordinary grid above it, no more. */
    private static final double MAX_EXCESS = 1.02;

    /** Target values of {@code config} for one GPU, in the order of {@link GpuSetting}. */
    static Map<GpuSetting, TargetValue> of(GpuSetupConfig config, NvmlApi api, NvmlDevice device) {
        Map<GpuSetting, TargetValue> targets = new EnumMap<>(GpuSetting.class);
        if (config.persistence()) {
            targets.put(GpuSetting.PERSISTENCE, new TargetValue(1, ""));
        }
        config.powerLimitWatts().ifPresent(watts -> targets.put(GpuSetting.POWER_LIMIT, power(watts, api, device)));
        config.memoryClockMhz()
                .ifPresent(mhz -> clock(
                                mhz,
                                api.control().supportedMemoryClocks(device),
                                integer(api.maxClock(device, Clock.MEMORY)))
                        .ifPresent(target -> targets.put(GpuSetting.MEMORY_CLOCK, target)));
        config.graphicsClockMhz()
                .ifPresent(mhz -> clock(
                                mhz,
                                graphicsClocks(Optional.ofNullable(targets.get(GpuSetting.MEMORY_CLOCK)), api, device),
                                integer(api.maxClock(device, Clock.GRAPHICS)))
                        .ifPresent(target -> targets.put(GpuSetting.GRAPHICS_CLOCK, target)));
        if (config.exclusiveProcess()) {
            targets.put(GpuSetting.COMPUTE_MODE, new TargetValue(EXCLUSIVE_PROCESS, ""));
        }
        return targets;
    }

    private static TargetValue power(int watts, NvmlApi api, NvmlDevice device) {
        int configured = watts * 1000;
        NvmlResult<PowerRange> range = api.powerRange(device);
        int max = bound(range.number(PowerRange::max), Integer.MAX_VALUE);
        int allowed = Math.max(bound(range.number(PowerRange::min), 0), Math.min(configured, max));
        if (allowed == configured) {
            return new TargetValue(allowed, "");
        }
        return new TargetValue(
                allowed, (allowed < configured ? "its maximum" : "its minimum") + "; " + watts + " W configured");
    }

    private static int bound(NvmlResult<Long> limit, int unknown) {
        return integer(limit).value().orElse(unknown);
    }

    private static NvmlResult<Integer> integer(NvmlResult<Long> number) {
        return NvmlResult.integer(number, Integer.MAX_VALUE);
    }

    private static NvmlResult<List<Integer>> graphicsClocks(
            Optional<TargetValue> memory, NvmlApi api, NvmlDevice device) {
        int memoryMhz = memory.map(TargetValue::value)
                .or(() -> integer(api.maxClock(device, Clock.MEMORY)).value())
                .orElse(0);
        return api.control().supportedGraphicsClocks(device, memoryMhz);
    }

    /** Empty if the GPU reports no clocks. */
    private static Optional<TargetValue> clock(
            int configured, NvmlResult<List<Integer>> supported, NvmlResult<Integer> maximum) {
        List<Integer> clocks = supported.value().orElse(List.of());
        if (clocks.contains(configured)) {
            return Optional.of(new TargetValue(configured, ""));
        }
        if (clocks.isEmpty()) {
            return maximum.value()
                    .map(max -> configured <= max
                            ? new TargetValue(configured, "")
                            : new TargetValue(max, "its maximum; " + configured + " MHz configured"));
        }
        return Optional.of(new TargetValue(
                nearest(configured, clocks), "the nearest supported clock; " + configured + " MHz configured"));
    }

    /** The nearest clock; a higher one only within {@link #MAX_EXCESS}, unless all are higher. */
    private static int nearest(int configured, List<Integer> clocks) {
        List<Integer> allowed = clocks.stream()
                .filter(clock -> clock <= configured * MAX_EXCESS)
                .toList();
        return allowed.isEmpty()
                ? Collections.min(clocks)
                : Collections.min(
                        allowed,
                        Comparator.<Integer>comparingInt(clock -> Math.abs(clock - configured))
                                .thenComparing(Comparator.naturalOrder()));
    }
}
