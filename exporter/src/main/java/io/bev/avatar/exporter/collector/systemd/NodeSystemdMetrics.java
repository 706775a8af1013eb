package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.systemd.SystemdManagerClient.ListedUnit;
import io.bev.avatar.exporter.systemd.SystemdManagerClient.Overview;
import io.bev.avatar.exporter.systemd.UnitStatus;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code node_systemd_*}: all units of the host, as node_exporter's collector {@code systemd} reports them. */
final class NodeSystemdMetrics {

    private static final String PREFIX = "node_systemd_";
    private static final double MICRO = 1e-6;

    /** Major version of systemd, and a following minor version. */
    private static final Pattern VERSION = Pattern.compile("[0-9]{3,}(?:\\.[0-9]+)?");

    private NodeSystemdMetrics() {}

    static void emit(Overview overview, MetricSink out) {
        Matcher version = VERSION.matcher(overview.version());
        if (version.find()) {
            out.gauge(
                    PREFIX + "version",
                    "Detected systemd version",
                    Double.parseDouble(version.group()),
                    "version",
                    overview.version());
        }
        if (!overview.systemState().isEmpty()) {
            out.gauge(
                    PREFIX + "system_running",
                    "Whether the system is operational (see 'systemctl is-system-running')",
                    overview.systemState().equals("running") ? 1 : 0);
        }
        for (String state : UnitStatus.STATES) {
            out.gauge(
                    PREFIX + "units",
                    "Summary of systemd unit states",
                    overview.unitsByState().getOrDefault(state, 0),
                    "state",
                    state);
        }
        overview.units().forEach(unit -> emit(unit, out));
    }

    private static void emit(ListedUnit unit, MetricSink out) {
        for (String state : UnitStatus.STATES) {
            out.gauge(
                    PREFIX + "unit_state",
                    "Systemd unit",
                    unit.activeState().equals(state) ? 1 : 0,
                    "name",
                    unit.name(),
                    "state",
                    state,
                    "type",
                    unit.serviceType());
        }
        Double lastTrigger = unit.values().get("LastTriggerUSec");
        if (lastTrigger != null) {
            out.gauge(
                    PREFIX + "timer_last_trigger_seconds",
                    "Seconds since epoch of last trigger.",
                    lastTrigger * MICRO,
                    "name",
                    unit.name());
        }
        counter(out, "accepted", "Total number of accepted socket connections", unit, "NAccepted");
        Double current = unit.values().get("NConnections");
        if (current != null) {
            out.gauge(
                    PREFIX + "socket_current_connections",
                    "Current number of socket connections",
                    current,
                    "name",
                    unit.name());
        }
        counter(out, "refused", "Total number of refused socket connections", unit, "NRefused");
    }

    private static void counter(MetricSink out, String which, String help, ListedUnit unit, String property) {
        @Nullable Double value = unit.values().get(property);
        if (value != null) {
            out.counter(PREFIX + "socket_" + which + "_connections_total", help, value, "name", unit.name());
        }
    }
}
