package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlMemoryHealth.EccError;
import io.bev.avatar.exporter.nvml.NvmlMemoryHealth.EccPeriod;
import io.bev.avatar.exporter.nvml.NvmlMemoryHealth.RemappedRows;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.List;
import java.util.Locale;

/** Temperature and errors of GPU memory; few GeForce GPUs report them. */
final class MemoryHealthMetrics {

    private MemoryHealthMetrics() {}

    static List<GpuMetric> all() {
        return List.of(temperature(), eccErrors(), remappedRows());
    }

    private static GpuMetric temperature() {
        return GpuMetric.of(
                "memory_temperature",
                Tier.SLOW,
                (api, device, out) -> out.gauge(
                        "memory_temperature_celsius",
                        "Temperature of the GPU memory",
                        api.memoryTemperature(device),
                        1));
    }

    private static GpuMetric eccErrors() {
        return GpuMetric.of("ecc_errors", Tier.SLOW, (api, device, out) -> {
            for (EccError type : EccError.values()) {
                String[] labels = {"type", type.name().toLowerCase(Locale.ROOT)};
                out.counter(
                        "ecc_errors_total",
                        "ECC errors since the driver was loaded, by type",
                        api.eccErrors(device, type, EccPeriod.SINCE_DRIVER_LOAD),
                        1,
                        labels);
                out.counter(
                        "ecc_lifetime_errors_total",
                        "ECC errors over the lifetime of the device, by type",
                        api.eccErrors(device, type, EccPeriod.LIFETIME),
                        1,
                        labels);
            }
        });
    }

    private static GpuMetric remappedRows() {
        String name = "remapped_rows_total";
        String help = "Memory rows remapped to spare rows over the lifetime of the device, by error type";
        return GpuMetric.of("remapped_rows", Tier.SLOW, (api, device, out) -> {
            NvmlResult<RemappedRows> rows = api.remappedRows(device);
            out.counter(name, help, rows.number(RemappedRows::corrected), 1, "type", "corrected");
            out.counter(name, help, rows.number(RemappedRows::uncorrected), 1, "type", "uncorrected");
            out.gauge(
                    "row_remap_pending",
                    "1 if a row remapping is pending until the next GPU reset",
                    rows.number(RemappedRows::pending),
                    1);
            out.gauge("row_remap_failed", "1 if a row remapping has failed", rows.number(RemappedRows::failed), 1);
        });
    }
}
