package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GPU samples under the names, labels and units of NVIDIA's DCGM exporter, for dashboards made for it.
 *
 * <pre>
 * DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-...",pci_bus_id="00000000:01:00.0",device="nvidia0",modelName="...",Hostname="..."} 46
 * </pre>
 *
 * <p>Counters of the DCGM exporter lack the suffix {@code _total} that this exporter's counters need; they are untyped
 * here.
 */
final class DcgmMetricMapper {

    private static final double MEBIBYTE = 1 << 20;

    /**
     * One DCGM field.
     *
     * @param source metric name of this exporter, without prefix
     * @param label label that selects among the series of {@code source}; empty for a single series
     * @param labelValue value of that label
     * @param perUnit amount of this exporter's unit in one DCGM unit
     */
    private record Field(
            Kind kind, String name, String help, String source, String label, String labelValue, double perUnit) {

        static Field gauge(String name, String help, String source, double perUnit) {
            return new Field(Kind.GAUGE, name, help, source, "", "", perUnit);
        }

        static Field count(String name, String help, String source, String type) {
            return new Field(Kind.UNTYPED, name, help, source, "type", type, 1);
        }
    }

    private static final List<Field> FIELDS = List.of(
            Field.gauge("GPU_TEMP", "Temperature of the GPU, degrees Celsius", "temperature_celsius", 1),
            Field.gauge("GPU_UTIL", "Share of time in which a kernel was running, percent", "utilization_ratio", 0.01),
            Field.gauge(
                    "MEM_COPY_UTIL",
                    "Share of time in which GPU memory was read or written, percent",
                    "memory_utilization_ratio",
                    0.01),
            Field.gauge("FB_USED", "Used GPU memory, MiB", "memory_used_bytes", MEBIBYTE),
            Field.gauge("FB_FREE", "Free GPU memory, MiB", "memory_free_bytes", MEBIBYTE),
            Field.gauge("POWER_USAGE", "Power draw, watts", "power_watts", 1),
            new Field(Kind.GAUGE, "SM_CLOCK", "SM clock, MHz", "clock_hertz", "clock", "sm", 1e6),
            new Field(Kind.GAUGE, "MEM_CLOCK", "Memory clock, MHz", "clock_hertz", "clock", "memory", 1e6),
            new Field(
                    Kind.UNTYPED,
                    "TOTAL_ENERGY_CONSUMPTION",
                    "Energy consumed since the driver was loaded, mJ",
                    "energy_joules_total",
                    "",
                    "",
                    1e-3),
            Field.gauge(
                    "MEMORY_TEMP", "Temperature of the GPU memory, degrees Celsius", "memory_temperature_celsius", 1),
            Field.count(
                    "ECC_SBE_VOL_TOTAL",
                    "Corrected ECC errors since the driver was loaded",
                    "ecc_errors_total",
                    "corrected"),
            Field.count(
                    "ECC_DBE_VOL_TOTAL",
                    "Uncorrected ECC errors since the driver was loaded",
                    "ecc_errors_total",
                    "uncorrected"),
            Field.count(
                    "CORRECTABLE_REMAPPED_ROWS",
                    "Memory rows remapped because of corrected errors",
                    "remapped_rows_total",
                    "corrected"),
            Field.count(
                    "UNCORRECTABLE_REMAPPED_ROWS",
                    "Memory rows remapped because of uncorrected errors",
                    "remapped_rows_total",
                    "uncorrected"),
            Field.gauge("ROW_REMAP_PENDING", "1 if a row remapping is pending", "row_remap_pending", 1),
            Field.gauge("ROW_REMAP_FAILURE", "1 if a row remapping has failed", "row_remap_failed", 1));

    private DcgmMetricMapper() {}

    /**
     * The DCGM series for the samples of one GPU.
     *
     * @param samples samples of the GPU; empty when it is lost
     * @param host value of the label {@code Hostname}
     */
    static List<GpuSample> of(List<GpuSample> samples, String host, XidCounts xids) {
        if (samples.isEmpty()) {
            return List.of();
        }
        List<String> labels = labels(samples, host);
        List<GpuSample> all = new ArrayList<>();
        for (Field field : FIELDS) {
            samples.stream()
                    .filter(sample -> sample.name().equals("nvidia_gpu_" + field.source))
                    .filter(sample -> sample.label(field.label).equals(field.labelValue))
                    .map(sample -> toSample(field, sample.value(), labels))
                    .forEach(all::add);
        }
        Field xid = Field.gauge("XID_ERRORS", "Latest XID reported by the driver, 0 if none", "", 1);
        all.add(toSample(xid, xids.last(samples.get(0).label("uuid")), labels));
        return all;
    }

    private static List<String> labels(List<GpuSample> samples, String host) {
        GpuSample any = samples.get(0);
        Optional<GpuSample> info = samples.stream()
                .filter(sample -> sample.name().equals("nvidia_gpu_info"))
                .findFirst();
        return List.of(
                "gpu",
                any.label("gpu"),
                "UUID",
                any.label("uuid"),
                "pci_bus_id",
                info.map(sample -> sample.label("pci_bus_id")).orElse(""),
                "device",
                "nvidia" + any.label("gpu"),
                "modelName",
                info.map(sample -> sample.label("name")).orElse(""),
                "Hostname",
                host);
    }

    /** Rounds to 1e-6, finer than any DCGM value, to remove the rounding error of the unit conversion. */
    private static GpuSample toSample(Field field, double value, List<String> labels) {
        double converted = Math.rint(value / field.perUnit * 1e6) / 1e6;
        return new GpuSample(field.kind, "DCGM_FI_DEV_" + field.name, field.help, converted, labels);
    }
}
