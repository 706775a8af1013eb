package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * GPU samples under the names, labels and units of nvidia_gpu_exporter, which reads {@code nvidia-smi}; for dashboards
 * made for it, such as Grafana's 14574.
 *
 * <pre>
 * nvidia_smi_temperature_gpu{uuid="00000000-..."} 46
 * nvidia_smi_clocks_current_sm_clock_hz{uuid="00000000-..."} 2.805E9
 * nvidia_smi_gpu_info{uuid="00000000-...",name="...",driver_version="...",...} 1
 * </pre>
 *
 * <p>The UUID is in lower case and without the prefix {@code GPU-}, as there. Absent values are absent series.
 */
final class SmiMetricMapper {

    /**
     * One metric with the label {@code uuid}.
     *
     * @param field name of the {@code nvidia-smi} field, or the HELP text of a metric that has none
     * @param source metric name of this exporter, without prefix
     * @param label label that selects among the series of {@code source}; empty for a single series
     * @param labelValue value of that label
     * @param factor amount of the peer's unit in one of this exporter's
     */
    private record Field(
            Kind kind, String name, String field, String source, String label, String labelValue, double factor) {

        String help() {
            return field.matches("[A-Z].*") ? field : "As nvidia-smi's " + field;
        }

        static Field of(String name, String field, String source) {
            return new Field(Kind.GAUGE, name, field, source, "", "", 1);
        }

        static Field of(String name, String field, String source, String label, String labelValue) {
            return new Field(Kind.GAUGE, name, field, source, label, labelValue, 1);
        }
    }

    private static final List<Field> FIELDS = fields();

    /** Clock event reasons of {@code nvidia-smi}. */
    private static final List<String> REASONS = List.of(
            "gpu_idle",
            "applications_clocks_setting",
            "sw_power_cap",
            "hw_slowdown",
            "sync_boost",
            "sw_thermal_slowdown",
            "hw_thermal_slowdown",
            "hw_power_brake_slowdown");

    private SmiMetricMapper() {}

    private static List<Field> fields() {
        List<Field> all = new ArrayList<>();
        all.add(Field.of("temperature_gpu", "temperature.gpu", "temperature_celsius"));
        all.add(Field.of("temperature_memory", "temperature.memory", "memory_temperature_celsius"));
        all.add(Field.of("utilization_gpu_ratio", "utilization.gpu", "utilization_ratio"));
        all.add(Field.of("utilization_memory_ratio", "utilization.memory", "memory_utilization_ratio"));
        for (String engine : List.of("encoder", "decoder", "jpeg", "ofa")) {
            all.add(Field.of(
                    "utilization_" + engine + "_ratio",
                    "utilization." + engine,
                    "engine_utilization_ratio",
                    "engine",
                    engine));
        }
        for (String part : List.of("total", "reserved", "used", "free")) {
            all.add(Field.of("memory_" + part + "_bytes", "memory." + part, "memory_" + part + "_bytes"));
        }
        all.add(Field.of("power_draw_watts", "power.draw", "power_watts"));
        all.add(Field.of("power_limit_watts", "power.limit", "power_limit_watts", "type", "requested"));
        all.add(Field.of(
                "enforced_power_limit_watts", "enforced.power.limit", "power_limit_watts", "type", "enforced"));
        for (String type : List.of("default", "min", "max")) {
            all.add(Field.of(
                    "power_" + type + "_limit_watts", "power." + type + "_limit", "power_limit_watts", "type", type));
        }
        for (String clock : List.of("graphics", "sm", "memory", "video")) {
            String suffix = clock + "_clock_hz";
            all.add(Field.of("clocks_current_" + suffix, "clocks.current." + clock, "clock_hertz", "clock", clock));
            if (!clock.equals("video")) {
                all.add(Field.of("clocks_max_" + suffix, "clocks.max." + clock, "clock_max_hertz", "clock", clock));
            }
        }
        all.add(Field.of("fan_speed_ratio", "fan.speed", "fan_speed_ratio", "fan", "0"));
        all.add(Field.of("pstate", "pstate", "pstate"));
        all.add(Field.of("compute_mode", "compute_mode", "compute_mode"));
        all.add(Field.of("persistence_mode", "persistence_mode", "persistence_mode"));
        all.add(Field.of("display_active", "display_active", "display_active"));
        all.add(Field.of("pcie_link_gen_current", "pcie.link.gen.current", "pcie_link_generation"));
        all.add(Field.of("pcie_link_gen_max", "pcie.link.gen.max", "pcie_link_generation_max"));
        all.add(Field.of("pcie_link_width_current", "pcie.link.width.current", "pcie_link_width"));
        all.add(Field.of("pcie_link_width_max", "pcie.link.width.max", "pcie_link_width_max"));
        all.add(Field.of("encoder_stats_session_count", "encoder.stats.sessionCount", "encoder_sessions"));
        all.add(Field.of("encoder_stats_average_fps", "encoder.stats.averageFps", "encoder_average_fps"));
        all.add(new Field(
                Kind.GAUGE,
                "encoder_stats_average_latency",
                "encoder.stats.averageLatency, microseconds",
                "encoder_average_latency_seconds",
                "",
                "",
                1e6));
        all.add(Field.of("gpu_recovery_action", "gpu_recovery_action", "recovery_action"));
        all.add(Field.of("fabric_state", "fabric.state", "fabric_state"));
        all.add(Field.of("mig_mode_current", "mig.mode.current", "mig_mode"));
        memoryHealth(all);
        all.add(new Field(
                Kind.COUNTER,
                "energy_joules_total",
                "Energy consumed since the driver was loaded",
                "energy_joules_total",
                "",
                "",
                1));
        all.add(Field.of(
                "pcie_throughput_tx_bytes_per_second",
                "PCIe data sent by the GPU",
                "pcie_throughput_bytes_per_second",
                "direction",
                "transmit"));
        all.add(Field.of(
                "pcie_throughput_rx_bytes_per_second",
                "PCIe data received by the GPU",
                "pcie_throughput_bytes_per_second",
                "direction",
                "receive"));
        return List.copyOf(all);
    }

    private static void memoryHealth(List<Field> all) {
        for (String type : List.of("corrected", "uncorrected")) {
            String errors = "ecc_errors_" + type;
            String field = "ecc.errors." + type;
            all.add(Field.of(errors + "_volatile_total", field + ".volatile.total", "ecc_errors_total", "type", type));
            all.add(Field.of(
                    errors + "_aggregate_total",
                    field + ".aggregate.total",
                    "ecc_lifetime_errors_total",
                    "type",
                    type));
        }
        all.add(Field.of(
                "remapped_rows_correctable", "remapped_rows.correctable", "remapped_rows_total", "type", "corrected"));
        all.add(Field.of(
                "remapped_rows_uncorrectable",
                "remapped_rows.uncorrectable",
                "remapped_rows_total",
                "type",
                "uncorrected"));
        all.add(Field.of("remapped_rows_pending", "remapped_rows.pending", "row_remap_pending"));
        all.add(Field.of("remapped_rows_failure", "remapped_rows.failure", "row_remap_failed"));
    }

    /**
     * The series for the samples of one GPU.
     *
     * @param samples samples of the GPU; empty when it is lost
     */
    static List<GpuSample> of(List<GpuSample> samples) {
        List<GpuSample> all = new ArrayList<>();
        for (GpuSample sample : samples) {
            String uuid = uuid(sample.label("uuid"));
            String source = sample.name().substring("nvidia_gpu_".length());
            for (Field field : FIELDS) {
                if (field.source.equals(source) && sample.label(field.label).equals(field.labelValue)) {
                    String help = field.help();
                    // Rounding removes the error of the conversion of units.
                    double value = field.factor == 1 ? sample.value() : Math.rint(sample.value() * field.factor);
                    all.add(new GpuSample(field.kind, "nvidia_smi_" + field.name, help, value, List.of("uuid", uuid)));
                }
            }
            switch (source) {
                case "info" -> info(sample, uuid, all);
                case "clocks_event_reason_active" -> reason(sample, uuid, all);
                case "process_memory_bytes" -> process(sample, uuid, all);
                default -> mig(source, sample, uuid, all);
            }
        }
        return all;
    }

    /** {@code uuid} in the form of nvidia_gpu_exporter. */
    static String uuid(String uuid) {
        return uuid.toLowerCase(Locale.ROOT).replaceFirst("^gpu-", "");
    }

    private static void info(GpuSample info, String uuid, List<GpuSample> all) {
        all.add(gauge(
                "gpu_info",
                "Always 1; labels describe the GPU and its driver",
                1,
                "uuid",
                uuid,
                "name",
                info.label("name"),
                "driver_model_current",
                "[N/A]",
                "driver_model_pending",
                "[N/A]",
                "vbios_version",
                info.label("vbios_version"),
                "driver_version",
                info.label("driver_version"),
                "pci_bus_id",
                info.label("pci_bus_id"),
                "serial",
                info.label("serial").isEmpty() ? "[N/A]" : info.label("serial"),
                "compute_cap",
                info.label("compute_capability"),
                "pci_sub_device_id",
                info.label("pci_subsystem_id"),
                "index",
                info.label("gpu"),
                "cuda_version",
                info.label("cuda_version")));
        all.add(gauge("index", "As nvidia-smi's index", Integer.parseInt(info.label("gpu")), "uuid", uuid));
    }

    /** Drivers before 535 call the reasons "throttle reasons"; dashboards read one or the other name. */
    private static void reason(GpuSample active, String uuid, List<GpuSample> all) {
        String reason = active.label("reason");
        if (REASONS.contains(reason)) {
            for (String family : List.of("clocks_event_reasons", "clocks_throttle_reasons")) {
                all.add(gauge(
                        family + "_" + reason,
                        "As nvidia-smi's " + family + "." + reason,
                        active.value(),
                        "uuid",
                        uuid));
            }
        }
    }

    /** Processes with a compute context. */
    private static void process(GpuSample memory, String uuid, List<GpuSample> all) {
        if (memory.label("type").contains("C")) {
            String[] labels = {"pid", memory.label("pid"), "process_name", memory.label("name"), "uuid", uuid};
            all.add(gauge(
                    "compute_app_info", "Always 1; labels describe a process that computes on the GPU", 1, labels));
            all.add(gauge("compute_app_used_memory_bytes", "GPU memory used by the process", memory.value(), labels));
        }
    }

    private static void mig(String source, GpuSample sample, String uuid, List<GpuSample> all) {
        if (source.equals("mig_info")) {
            all.add(gauge(
                    source,
                    "Always 1; labels describe a MIG device",
                    1,
                    "uuid",
                    uuid,
                    "mig_uuid",
                    sample.label("mig_uuid"),
                    "gpu_instance_id",
                    sample.label("gpu_instance_id"),
                    "compute_instance_id",
                    sample.label("compute_instance_id"),
                    "profile",
                    sample.label("profile")));
        } else if (source.startsWith("mig_memory_")) {
            all.add(gauge(
                    source,
                    sample.help(),
                    sample.value(),
                    "uuid",
                    uuid,
                    "gpu_instance_id",
                    sample.label("gpu_instance_id")));
        }
    }

    private static GpuSample gauge(String name, String help, double value, String... labels) {
        return new GpuSample(Kind.GAUGE, "nvidia_smi_" + name, help, value, List.of(labels));
    }
}
