package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi.Bar1Memory;
import io.bev.avatar.exporter.nvml.NvmlApi.EncoderStats;
import io.bev.avatar.exporter.nvml.NvmlApi.PciInfo;
import io.bev.avatar.exporter.nvml.NvmlApi.PcieDirection;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerLimit;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerRange;
import io.bev.avatar.exporter.nvml.NvmlApi.Threshold;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Metrics of the board: identity, temperature, power, fans, PCIe. */
final class BoardMetrics {

    private static final double PERCENT = 0.01;
    private static final double MILLI = 1e-3;
    private static final double MICRO = 1e-6;
    private static final double KILOBYTE = 1e3;

    private BoardMetrics() {}

    static List<GpuMetric> all(boolean pcieThroughput) {
        List<GpuMetric> all = new ArrayList<>(List.of(info(), temperature()));
        for (Threshold threshold : Threshold.values()) {
            all.add(threshold(threshold));
        }
        all.addAll(List.of(power(), powerLimits(), energy(), fans()));
        all.addAll(List.of(computeMode(), persistenceMode(), displayActive(), pcieLink()));
        all.add(GpuMetric.of(
                "pcie_replays",
                Tier.SLOW,
                (api, device, out) ->
                        out.counter("pcie_replays_total", "PCIe packets replayed", api.pcieReplays(device), 1)));
        if (pcieThroughput) {
            all.add(throughput());
        }
        all.add(bar1());
        all.add(encoderSessions());
        return all;
    }

    private static GpuMetric info() {
        return GpuMetric.of("info", Tier.STATIC, (api, device, out) -> {
            NvmlResult<String> name = api.name(device);
            if (out.record(name)) {
                NvmlResult<PciInfo> pci = api.pciInfo(device);
                out.gauge(
                        "info",
                        "Always 1; labels describe the device and its driver",
                        1,
                        "name",
                        name.get(),
                        "pci_bus_id",
                        out.label(pci.map(PciInfo::busId)),
                        "pci_subsystem_id",
                        out.label(pci.map(info -> String.format(Locale.ROOT, "0x%08X", info.subsystemId()))),
                        "serial",
                        out.label(api.serial(device)),
                        "compute_capability",
                        out.label(api.computeCapability(device).map(c -> c.major() + "." + c.minor())),
                        "vbios_version",
                        out.label(api.vbiosVersion(device)),
                        "driver_version",
                        out.label(api.driverVersion()),
                        "cuda_version",
                        out.label(api.cudaDriverVersion().map(BoardMetrics::cuda)));
            }
        });
    }

    private static String cuda(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    private static GpuMetric temperature() {
        return GpuMetric.of(
                "temperature",
                Tier.ALARM,
                (api, device, out) ->
                        out.gauge("temperature_celsius", "Temperature of the GPU", api.temperature(device), 1));
    }

    private static GpuMetric threshold(Threshold threshold) {
        return GpuMetric.of(
                "temperature_threshold_" + lower(threshold),
                Tier.STATIC,
                (api, device, out) -> out.gauge(
                        "temperature_threshold_celsius",
                        "Temperature limit: shutdown, slowdown, or maximum operating temperature",
                        api.temperatureThreshold(device, threshold),
                        1,
                        "threshold",
                        lower(threshold)));
    }

    private static GpuMetric power() {
        return GpuMetric.of(
                "power",
                Tier.FAST,
                (api, device, out) ->
                        out.gauge("power_watts", "Power draw of the board", api.powerUsage(device), MILLI));
    }

    private static GpuMetric powerLimits() {
        String name = "power_limit_watts";
        String help = "Power limit: requested, enforced, default, and the range that can be requested";
        return GpuMetric.of("power_limit", Tier.SLOW, (api, device, out) -> {
            for (PowerLimit limit : PowerLimit.values()) {
                out.gauge(name, help, api.powerLimit(device, limit), MILLI, "type", lower(limit));
            }
            NvmlResult<PowerRange> range = api.powerRange(device);
            out.gauge(name, help, range.number(PowerRange::min), MILLI, "type", "min");
            out.gauge(name, help, range.number(PowerRange::max), MILLI, "type", "max");
        });
    }

    private static GpuMetric energy() {
        return GpuMetric.of(
                "energy",
                Tier.FAST,
                (api, device, out) -> out.counter(
                        "energy_joules_total",
                        "Energy consumed since the driver was loaded",
                        api.totalEnergy(device),
                        MILLI));
    }

    private static GpuMetric fans() {
        return GpuMetric.of("fan_speed", Tier.SLOW, (api, device, out) -> {
            NvmlResult<Integer> count = api.fanCount(device);
            if (out.record(count)) {
                for (int fan = 0; fan < count.get(); fan++) {
                    out.gauge(
                            "fan_speed_ratio",
                            "Intended fan speed relative to full speed; can exceed 1",
                            api.fanSpeed(device, fan),
                            PERCENT,
                            "fan",
                            String.valueOf(fan));
                }
            }
        });
    }

    private static GpuMetric computeMode() {
        String help = "Compute mode: 0 default, 1 exclusive thread, 2 prohibited, 3 exclusive process";
        return GpuMetric.of(
                "compute_mode",
                Tier.SLOW,
                (api, device, out) -> out.gauge("compute_mode", help, api.computeMode(device), 1));
    }

    private static GpuMetric persistenceMode() {
        String help = "1 if persistence mode is on: the driver stays loaded without clients";
        return GpuMetric.of(
                "persistence_mode",
                Tier.SLOW,
                (api, device, out) -> out.gauge("persistence_mode", help, api.persistenceMode(device), 1));
    }

    private static GpuMetric displayActive() {
        String help = "1 if a display is initialised";
        return GpuMetric.of(
                "display_active",
                Tier.SLOW,
                (api, device, out) -> out.gauge("display_active", help, api.displayActive(device), 1));
    }

    private static GpuMetric pcieLink() {
        return GpuMetric.of("pcie_link", Tier.SLOW, (api, device, out) -> {
            out.gauge("pcie_link_generation", "Current PCIe generation of the link", api.pcieGeneration(device), 1);
            out.gauge("pcie_link_width", "Current number of PCIe lanes", api.pcieWidth(device), 1);
            out.gauge(
                    "pcie_link_generation_max",
                    "Highest PCIe generation supported by device and slot",
                    api.pcieMaxGeneration(device),
                    1);
            out.gauge(
                    "pcie_link_width_max",
                    "Highest number of PCIe lanes supported by device and slot",
                    api.pcieMaxWidth(device),
                    1);
        });
    }

    private static GpuMetric throughput() {
        return GpuMetric.of("pcie_throughput", Tier.SLOW, (api, device, out) -> {
            for (PcieDirection direction : PcieDirection.values()) {
                out.gauge(
                        "pcie_throughput_bytes_per_second",
                        "PCIe throughput over 20 ms",
                        api.pcieThroughput(device, direction),
                        KILOBYTE,
                        "direction",
                        lower(direction));
            }
        });
    }

    private static GpuMetric bar1() {
        return GpuMetric.of("bar1_memory", Tier.SLOW, (api, device, out) -> {
            NvmlResult<Bar1Memory> memory = api.bar1Memory(device);
            out.gauge("bar1_memory_total_bytes", "Size of the BAR1 window", memory.number(Bar1Memory::total), 1);
            out.gauge(
                    "bar1_memory_used_bytes",
                    "Used (mapped) part of the BAR1 window",
                    memory.number(Bar1Memory::used),
                    1);
        });
    }

    private static GpuMetric encoderSessions() {
        return GpuMetric.of("encoder_sessions", Tier.SLOW, (api, device, out) -> {
            NvmlResult<EncoderStats> stats = api.encoderStats(device);
            out.gauge("encoder_sessions", "Active video encoder sessions", stats.number(EncoderStats::sessions), 1);
            out.gauge(
                    "encoder_average_fps",
                    "Frames per second of the active encoder sessions, on average",
                    stats.number(EncoderStats::averageFps),
                    1);
            out.gauge(
                    "encoder_average_latency_seconds",
                    "Encoding latency of the active encoder sessions, on average",
                    stats.number(EncoderStats::averageLatencyMicros),
                    MICRO);
        });
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
