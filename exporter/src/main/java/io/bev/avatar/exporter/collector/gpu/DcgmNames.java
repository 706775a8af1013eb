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
 * <p>The energy is a counter there, without the ending that this exporter's counters need, and therefore untyped here.
 */
final class DcgmNames {

    private static final double MEBIBYTE = 1 << 20;

    /**
     * One DCGM field.
     *
     * @param source our name
     * @param clock value of our label {@code clock}, empty where there is none
     * @param perUnit how much of our unit is one of DCGM's
     */
    private record Field(Kind kind, String name, String help, String source, String clock, double perUnit) {

        static Field gauge(String name, String help, String source, double perUnit) {
            return new Field(Kind.GAUGE, name, help, source, "", perUnit);
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
            new Field(Kind.GAUGE, "SM_CLOCK", "Clock of the multiprocessors, MHz", "clock_hertz", "sm", 1e6),
            new Field(Kind.GAUGE, "MEM_CLOCK", "Clock of the memory, MHz", "clock_hertz", "memory", 1e6),
            new Field(
                    Kind.UNTYPED,
                    "TOTAL_ENERGY_CONSUMPTION",
                    "Energy drawn since the driver was loaded, mJ",
                    "energy_joules_total",
                    "",
                    1e-3));

    private DcgmNames() {}

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
                    .filter(sample -> sample.label("clock").equals(field.clock))
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
