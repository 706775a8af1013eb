package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlMemoryHealth.EccError;
import io.bev.avatar.exporter.nvml.NvmlMemoryHealth.RemappedRows;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.List;
import java.util.Locale;

/** Heat and errors of a GPU's memory, which few GeForce GPUs tell. */
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
                        "memory_temperature_celsius", "Temperature of the memory", api.memoryTemperature(device), 1));
    }

    /** Since the driver was loaded, as a counter's start should be; what stays of older errors is in the remapped rows. */
    private static GpuMetric eccErrors() {
        return GpuMetric.of("ecc_errors", Tier.SLOW, (api, device, out) -> {
            for (EccError type : EccError.values()) {
                out.counter(
                        "ecc_errors_total",
                        "ECC errors since the driver was loaded, corrected and uncorrected",
                        api.eccErrors(device, type),
                        1,
                        "type",
                        type.name().toLowerCase(Locale.ROOT));
            }
        });
    }

    private static GpuMetric remappedRows() {
        String name = "remapped_rows_total";
        String help = "Rows of memory replaced by spare ones since the device was made, by the errors that led to it";
        return GpuMetric.of("remapped_rows", Tier.SLOW, (api, device, out) -> {
            NvmlResult<RemappedRows> rows = api.remappedRows(device);
            out.counter(name, help, rows.map(RemappedRows::corrected), 1, "type", "corrected");
            out.counter(name, help, rows.map(RemappedRows::uncorrected), 1, "type", "uncorrected");
            out.gauge(
                    "row_remap_pending",
                    "1 when a row waits for the next reset of the GPU to be replaced",
                    rows.map(RemappedRows::pending),
                    1);
            out.gauge("row_remap_failed", "1 when a row could not be replaced", rows.map(RemappedRows::failed), 1);
        });
    }
}
