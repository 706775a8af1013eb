package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi.Clock;
import io.bev.avatar.exporter.nvml.NvmlApi.DeviceMemory;
import io.bev.avatar.exporter.nvml.NvmlApi.Engine;
import io.bev.avatar.exporter.nvml.NvmlApi.Utilization;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Metrics of the GPU itself: utilization, memory, clocks. */
final class CoreMetrics {

    /** Bits of {@code nvmlClocksEventReasons}, named as nvidia-smi does. */
    private static final Map<Long, String> EVENT_REASONS = new TreeMap<>(Map.of(
            0x001L, "gpu_idle",
            0x002L, "applications_clocks_setting",
            0x004L, "sw_power_cap",
            0x008L, "hw_slowdown",
            0x010L, "sync_boost",
            0x020L, "sw_thermal_slowdown",
            0x040L, "hw_thermal_slowdown",
            0x080L, "hw_power_brake_slowdown",
            0x100L, "display_clock_setting"));

    private static final int PSTATE_UNKNOWN = 32;
    private static final double PERCENT = 0.01;
    private static final double MEGAHERTZ = 1e6;

    private CoreMetrics() {}

    static List<GpuMetric> all() {
        List<GpuMetric> all = new ArrayList<>(List.of(utilization()));
        for (Engine engine : Engine.values()) {
            all.add(engine(engine));
        }
        all.addAll(List.of(memory(), clocks(), eventReasons(), pstate(), maxClocks()));
        return all;
    }

    private static GpuMetric utilization() {
        return GpuMetric.of("utilization", Tier.ALARM, (api, device, out) -> {
            NvmlResult<Utilization> use = api.utilization(device);
            out.gauge(
                    "utilization_ratio",
                    "Share of time in which a kernel was running on the GPU",
                    use.number(Utilization::gpu),
                    PERCENT);
            out.gauge(
                    "memory_utilization_ratio",
                    "Share of time in which GPU memory was read or written; not its fill level",
                    use.number(Utilization::memory),
                    PERCENT);
        });
    }

    private static GpuMetric engine(Engine engine) {
        return GpuMetric.of(
                "engine_utilization_" + lower(engine),
                Tier.FAST,
                (api, device, out) -> out.gauge(
                        "engine_utilization_ratio",
                        "Share of time in which the engine was busy",
                        api.engineUtilization(device, engine),
                        PERCENT,
                        "engine",
                        lower(engine)));
    }

    private static GpuMetric memory() {
        return GpuMetric.of("memory", Tier.ALARM, (api, device, out) -> {
            NvmlResult<DeviceMemory> memory = api.memory(device);
            out.gauge("memory_total_bytes", "Total GPU memory", memory.number(DeviceMemory::total), 1);
            out.gauge(
                    "memory_used_bytes",
                    "Used GPU memory, excluding reserved memory",
                    memory.number(DeviceMemory::used),
                    1);
            out.gauge("memory_free_bytes", "Free GPU memory", memory.number(DeviceMemory::free), 1);
            out.gauge(
                    "memory_reserved_bytes",
                    "GPU memory reserved by driver and firmware",
                    memory.number(DeviceMemory::reserved),
                    1);
        });
    }

    private static GpuMetric clocks() {
        return GpuMetric.of("clock", Tier.FAST, (api, device, out) -> {
            for (Clock clock : Clock.values()) {
                out.gauge(
                        "clock_hertz",
                        "Current clock frequency",
                        api.clock(device, clock),
                        MEGAHERTZ,
                        "clock",
                        lower(clock));
            }
        });
    }

    private static GpuMetric maxClocks() {
        return GpuMetric.of("clock_max", Tier.STATIC, (api, device, out) -> {
            for (Clock clock : Clock.values()) {
                out.gauge(
                        "clock_max_hertz",
                        "Maximum clock frequency",
                        api.maxClock(device, clock),
                        MEGAHERTZ,
                        "clock",
                        lower(clock));
            }
        });
    }

    private static GpuMetric eventReasons() {
        return GpuMetric.of("clocks_event_reason", Tier.ALARM, (api, device, out) -> {
            NvmlResult<Long> reasons = api.clocksEventReasons(device);
            if (out.record(reasons)) {
                long bits = reasons.get();
                EVENT_REASONS.forEach((bit, reason) -> out.gauge(
                        "clocks_event_reason_active",
                        "1 while the clocks are limited or changed for this reason",
                        (bits & bit) != 0 ? 1 : 0,
                        "reason",
                        reason));
            }
        });
    }

    private static GpuMetric pstate() {
        return GpuMetric.of("pstate", Tier.FAST, (api, device, out) -> {
            NvmlResult<Long> state = api.performanceState(device);
            if (out.record(state) && state.get() != PSTATE_UNKNOWN) {
                out.gauge("pstate", "Performance state, 0 (fastest) to 15", state.get());
            }
        });
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
