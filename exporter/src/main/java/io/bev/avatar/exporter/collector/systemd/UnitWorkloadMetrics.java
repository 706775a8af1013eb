package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.systemd.UnitProperty;
import io.bev.avatar.exporter.systemd.UnitStatus;
import java.util.List;
import java.util.OptionalDouble;

/** Restarts and resource usage of a unit: tasks, memory, CPU, I/O, IP traffic and pressure. */
final class UnitWorkloadMetrics {

    private static final double NANO = 1e-9;

    /** @param scale value of the metric for 1 of systemd's unit */
    private record Metric(UnitProperty property, boolean counter, String name, String help, double scale) {
        static Metric gauge(UnitProperty property, String name, String help) {
            return new Metric(property, false, name, help, 1);
        }

        static Metric counter(UnitProperty property, String name, String help) {
            return new Metric(property, true, name, help, 1);
        }
    }

    private static final List<Metric> METRICS = List.of(
            Metric.counter(UnitProperty.RESTARTS, "systemd_service_restart_total", "Automatic restarts of the service"),
            Metric.gauge(UnitProperty.TASKS, "systemd_unit_tasks_current", "Current number of tasks of the unit"),
            Metric.gauge(UnitProperty.TASKS_MAX, "systemd_unit_tasks_max", "Task limit of the unit"),
            Metric.gauge(
                    UnitProperty.MEMORY,
                    "systemd_unit_memory_current_bytes",
                    "Current memory usage of the unit's control group"),
            new Metric(
                    UnitProperty.CPU,
                    true,
                    "systemd_unit_cpu_seconds_total",
                    "CPU time of the unit's processes, user and system",
                    NANO),
            Metric.counter(
                    UnitProperty.IO_READ_BYTES,
                    "systemd_unit_io_read_bytes_total",
                    "Bytes that the unit read from block devices; requires IOAccounting=yes"),
            Metric.counter(
                    UnitProperty.IO_WRITE_BYTES,
                    "systemd_unit_io_written_bytes_total",
                    "Bytes that the unit wrote to block devices; requires IOAccounting=yes"),
            Metric.counter(
                    UnitProperty.IO_READS,
                    "systemd_unit_io_reads_total",
                    "Read operations of the unit on block devices; requires IOAccounting=yes"),
            Metric.counter(
                    UnitProperty.IO_WRITES,
                    "systemd_unit_io_writes_total",
                    "Write operations of the unit on block devices; requires IOAccounting=yes"),
            Metric.counter(
                    UnitProperty.IP_INGRESS_BYTES,
                    "systemd_unit_ip_ingress_bytes_total",
                    "Bytes of IP packets that the unit received; requires IPAccounting=yes"),
            Metric.counter(
                    UnitProperty.IP_EGRESS_BYTES,
                    "systemd_unit_ip_egress_bytes_total",
                    "Bytes of IP packets that the unit sent; requires IPAccounting=yes"),
            Metric.counter(
                    UnitProperty.IP_INGRESS_PACKETS,
                    "systemd_unit_ip_ingress_packets_total",
                    "IP packets that the unit received; requires IPAccounting=yes"),
            Metric.counter(
                    UnitProperty.IP_EGRESS_PACKETS,
                    "systemd_unit_ip_egress_packets_total",
                    "IP packets that the unit sent; requires IPAccounting=yes"));

    private final UnitCgroup cgroups;

    UnitWorkloadMetrics(UnitCgroup cgroups) {
        this.cgroups = cgroups;
    }

    void emit(UnitStatus unit, MetricSink out) {
        for (Metric metric : METRICS) {
            OptionalDouble value = unit.value(metric.property);
            if (value.isPresent()) {
                double scaled = value.getAsDouble() * metric.scale;
                if (metric.counter) {
                    out.counter(metric.name, metric.help, scaled, "name", unit.name());
                } else {
                    out.gauge(metric.name, metric.help, scaled, "name", unit.name());
                }
            }
        }
        OptionalDouble peak = unit.value(UnitProperty.MEMORY_PEAK);
        (peak.isPresent() ? peak : cgroups.memoryPeakBytes(unit.controlGroup()))
                .ifPresent(bytes -> out.gauge(
                        "systemd_unit_memory_peak_bytes",
                        "Highest memory usage since the unit was started",
                        bytes,
                        "name",
                        unit.name()));
        for (UnitCgroup.Pressure pressure : cgroups.pressure(unit.controlGroup())) {
            String[] labels = {"name", unit.name(), "resource", pressure.resource()};
            out.counter(
                    "systemd_unit_pressure_waiting_seconds_total",
                    "Time in which some tasks of the unit waited for the resource",
                    pressure.waitingSeconds(),
                    labels);
            pressure.stalledSeconds()
                    .ifPresent(seconds -> out.counter(
                            "systemd_unit_pressure_stalled_seconds_total",
                            "Time in which all tasks of the unit waited for the resource",
                            seconds,
                            labels));
        }
    }
}
