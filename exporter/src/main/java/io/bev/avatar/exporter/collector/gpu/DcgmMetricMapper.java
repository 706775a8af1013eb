package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The readings under the names, labels and units of NVIDIA's DCGM exporter, for dashboards that are made for it.
 *
 * <pre>
 * DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-...",pci_bus_id="00000000:01:00.0",device="nvidia0",modelName="...",Hostname="..."} 46
 * </pre>
 *
 * <p>What is a counter there lacks the ending that this exporter's counters need, and is therefore untyped here.
 */
final class DcgmMetricMapper {

    private static final double MEBIBYTE = 1 << 20;

    /**
     * One DCGM field.
     *
     * @param source our name
     * @param label our label that tells the series of {@code source} apart, empty where there is one only
     * @param of that label's value
     * @param perUnit how much of our unit is one of DCGM's
     */
    private record Field(Kind kind, String name, String help, String source, String label, String of, double perUnit) {

        static Field gauge(String name, String help, String source, double perUnit) {
            return new Field(Kind.GAUGE, name, help, source, "", "", perUnit);
        }

        static Field count(String name, String help, String source, String type) {
            return new Field(Kind.UNTYPED, name, help, source, "type", type, 1);
        }
    }

    private static final List<Field> FIELDS = List.of(
            Field.gauge("GPU_TEMP", "Temperature of the GPU, degrees Celsius", "temperature_celsius", 1),
            Field.gauge("GPU_UTIL", "Time in which a kernel ran, percent", "utilization_ratio", 0.01),
            Field.gauge(
                    "MEM_COPY_UTIL",
                    "Time in which GPU memory was read or written, percent",
                    "memory_utilization_ratio",
                    0.01),
            Field.gauge("FB_USED", "GPU memory in use, MiB", "memory_used_bytes", MEBIBYTE),
            Field.gauge("FB_FREE", "GPU memory that can be allocated, MiB", "memory_free_bytes", MEBIBYTE),
            Field.gauge("POWER_USAGE", "Power drawn, watts", "power_watts", 1),
            new Field(Kind.GAUGE, "SM_CLOCK", "Clock of the multiprocessors, MHz", "clock_hertz", "clock", "sm", 1e6),
            new Field(Kind.GAUGE, "MEM_CLOCK", "Clock of the memory, MHz", "clock_hertz", "clock", "memory", 1e6),
            new Field(
                    Kind.UNTYPED,
                    "TOTAL_ENERGY_CONSUMPTION",
                    "Energy drawn since the driver was loaded, mJ",
                    "energy_joules_total",
                    "",
                    "",
                    1e-3),
            Field.gauge("MEMORY_TEMP", "Temperature of the memory, degrees Celsius", "memory_temperature_celsius", 1),
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
                    "Rows of memory replaced because of corrected errors",
                    "remapped_rows_total",
                    "corrected"),
            Field.count(
                    "UNCORRECTABLE_REMAPPED_ROWS",
                    "Rows of memory replaced because of uncorrected errors",
                    "remapped_rows_total",
                    "uncorrected"),
            Field.gauge("ROW_REMAP_PENDING", "1 when a row waits to be replaced", "row_remap_pending", 1),
            Field.gauge("ROW_REMAP_FAILURE", "1 when a row could not be replaced", "row_remap_failed", 1));

    private DcgmMetricMapper() {}

    /**
     * DCGM's series for those samples of one GPU that have one.
     *
     * @param samples none when the GPU is lost
     * @param host value of the label Hostname
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
                    .filter(sample -> sample.label(field.label).equals(field.of))
                    .map(sample -> named(field, sample.value(), labels))
                    .forEach(all::add);
        }
        Field xid = Field.gauge("XID_ERRORS", "The XID reported last, 0 when there was none", "", 1);
        all.add(named(xid, xids.last(samples.get(0).label("uuid")), labels));
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

    /** Our value came of a division; a millionth is finer than any of DCGM's and hides what that did to the last digit. */
    private static GpuSample named(Field field, double value, List<String> labels) {
        double converted = Math.rint(value / field.perUnit * 1e6) / 1e6;
        return new GpuSample(field.kind, "DCGM_FI_DEV_" + field.name, field.help, converted, labels);
    }
}
