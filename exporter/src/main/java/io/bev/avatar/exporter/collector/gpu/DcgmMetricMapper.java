package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * GPU samples under the names, labels and units of NVIDIA's DCGM exporter, for dashboards made for it.
 *
 * <pre>
 * DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-...",pci_bus_id="00000000:01:00.0",device="nvidia0",modelName="...",Hostname="...",DCGM_FI_DRIVER_VERSION="..."} 46
 * DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-...",...,GPU_I_PROFILE="1g.5gb",GPU_I_ID="7",Hostname="...",...} 13
 * </pre>
 *
 * <p>Counters of the DCGM exporter lack the suffix {@code _total} that this exporter's counters need; they are untyped
 * here. The memory of a MIG instance has the labels of that instance.
 */
final class DcgmMetricMapper {

    private static final double MEBIBYTE = 1 << 20;
    private static final double PERCENT = 0.01;

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

        static Field counter(String name, String help, String source, double perUnit) {
            return new Field(Kind.UNTYPED, name, help, source, "", "", perUnit);
        }

        /** The same field, of one series of {@code source}. */
        Field where(String key, String value) {
            return new Field(kind, name, help, source, key, value, perUnit);
        }
    }

    private static final List<Field> FIELDS = List.of(
            Field.gauge("GPU_TEMP", "Temperature of the GPU, degrees Celsius", "temperature_celsius", 1),
            Field.gauge(
                    "MEMORY_TEMP", "Temperature of the GPU memory, degrees Celsius", "memory_temperature_celsius", 1),
            Field.gauge("SM_CLOCK", "SM clock, MHz", "clock_hertz", 1e6).where("clock", "sm"),
            Field.gauge("MEM_CLOCK", "Memory clock, MHz", "clock_hertz", 1e6).where("clock", "memory"),
            Field.gauge("POWER_USAGE", "Power draw, watts", "power_watts", 1),
            Field.counter(
                    "TOTAL_ENERGY_CONSUMPTION",
                    "Energy consumed since the driver was loaded, mJ",
                    "energy_joules_total",
                    1e-3),
            Field.counter("PCIE_REPLAY_COUNTER", "PCIe packets replayed", "pcie_replays_total", 1),
            Field.counter(
                            "PCIE_TX_THROUGHPUT",
                            "PCIe data sent by the GPU over 20 ms, kB/s",
                            "pcie_throughput_bytes_per_second",
                            1e3)
                    .where("direction", "transmit"),
            Field.counter(
                            "PCIE_RX_THROUGHPUT",
                            "PCIe data received by the GPU over 20 ms, kB/s",
                            "pcie_throughput_bytes_per_second",
                            1e3)
                    .where("direction", "receive"),
            Field.gauge(
                    "GPU_UTIL", "Share of time in which a kernel was running, percent", "utilization_ratio", PERCENT),
            Field.gauge(
                    "MEM_COPY_UTIL",
                    "Share of time in which GPU memory was read or written, percent",
                    "memory_utilization_ratio",
                    PERCENT),
            Field.gauge(
                            "ENC_UTIL",
                            "Share of time in which the video encoder was busy, percent",
                            "engine_utilization_ratio",
                            PERCENT)
                    .where("engine", "encoder"),
            Field.gauge(
                            "DEC_UTIL",
                            "Share of time in which the video decoder was busy, percent",
                            "engine_utilization_ratio",
                            PERCENT)
                    .where("engine", "decoder"),
            Field.gauge("FB_FREE", "Free GPU memory, MiB", "memory_free_bytes", MEBIBYTE),
            Field.gauge("FB_USED", "Used GPU memory, MiB", "memory_used_bytes", MEBIBYTE),
            Field.gauge(
                    "FB_RESERVED",
                    "GPU memory reserved by driver and firmware, MiB",
                    "memory_reserved_bytes",
                    MEBIBYTE),
            Field.counter(
                            "ECC_SBE_VOL_TOTAL",
                            "Corrected ECC errors since the driver was loaded",
                            "ecc_errors_total",
                            1)
                    .where("type", "corrected"),
            Field.counter(
                            "ECC_DBE_VOL_TOTAL",
                            "Uncorrected ECC errors since the driver was loaded",
                            "ecc_errors_total",
                            1)
                    .where("type", "uncorrected"),
            Field.counter(
                            "ECC_SBE_AGG_TOTAL",
                            "Corrected ECC errors over the lifetime of the device",
                            "ecc_lifetime_errors_total",
                            1)
                    .where("type", "corrected"),
            Field.counter(
                            "ECC_DBE_AGG_TOTAL",
                            "Uncorrected ECC errors over the lifetime of the device",
                            "ecc_lifetime_errors_total",
                            1)
                    .where("type", "uncorrected"),
            Field.gauge(
                    "NVLINK_BANDWIDTH_TOTAL",
                    "Data rate of all NVLink links, both directions, MB/s",
                    "nvlink_bytes_per_second",
                    1e6),
            Field.gauge("VGPU_LICENSE_STATUS", "1 if the virtual GPU is licensed", "vgpu_licensed", 1),
            Field.counter(
                            "CORRECTABLE_REMAPPED_ROWS",
                            "Memory rows remapped because of corrected errors",
                            "remapped_rows_total",
                            1)
                    .where("type", "corrected"),
            Field.counter(
                            "UNCORRECTABLE_REMAPPED_ROWS",
                            "Memory rows remapped because of uncorrected errors",
                            "remapped_rows_total",
                            1)
                    .where("type", "uncorrected"),
            Field.gauge("ROW_REMAP_PENDING", "1 if a row remapping is pending", "row_remap_pending", 1),
            Field.gauge("ROW_REMAP_FAILURE", "1 if a row remapping has failed", "row_remap_failed", 1));

    /** Prefix of the metrics of MIG instances, which have the other name of the metric of a GPU. */
    private static final String MIG = "mig_";

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
        List<String> whole = labels(samples, List.of(), host);
        List<GpuSample> all = new ArrayList<>();
        for (Field field : FIELDS) {
            for (GpuSample sample : samples) {
                if (sample.name().equals("nvidia_gpu_" + field.source)
                        && sample.label(field.label).equals(field.labelValue)) {
                    all.add(toSample(field, sample.value(), whole));
                } else if (sample.name().equals("nvidia_gpu_" + MIG + field.source)) {
                    List<String> instance = List.of(
                            "GPU_I_PROFILE", sample.label("profile"), "GPU_I_ID", sample.label("gpu_instance_id"));
                    all.add(toSample(field, sample.value(), labels(samples, instance, host)));
                }
            }
        }
        Field xid = Field.gauge("XID_ERRORS", "Latest XID reported by the driver, 0 if none", "", 1);
        all.add(toSample(xid, xids.last(samples.get(0).label("uuid")), whole));
        return all;
    }

    private static List<String> labels(List<GpuSample> samples, List<String> instance, String host) {
        GpuSample any = samples.get(0);
        Optional<GpuSample> info = samples.stream()
                .filter(sample -> sample.name().equals("nvidia_gpu_info"))
                .findFirst();
        List<String> labels = new ArrayList<>(List.of(
                "gpu",
                any.label("gpu"),
                "UUID",
                any.label("uuid"),
                "pci_bus_id",
                info.map(sample -> sample.label("pci_bus_id")).orElse(""),
                "device",
                "nvidia" + any.label("gpu"),
                "modelName",
                info.map(sample -> sample.label("name")).orElse("")));
        labels.addAll(instance);
        labels.addAll(List.of(
                "Hostname",
                host,
                "DCGM_FI_DRIVER_VERSION",
                info.map(sample -> sample.label("driver_version")).orElse("")));
        return labels;
    }

    /** Rounds to 1e-6, finer than any DCGM value, to remove the rounding error of the unit conversion. */
    private static GpuSample toSample(Field field, double value, List<String> labels) {
        double converted = Math.rint(value / field.perUnit * 1e6) / 1e6;
        return new GpuSample(field.kind, "DCGM_FI_DEV_" + field.name, field.help, converted, labels);
    }
}
