package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.systemd.BusException;
import io.bev.avatar.exporter.systemd.SystemBus;
import io.bev.avatar.exporter.systemd.SystemdManagerClient;
import io.bev.avatar.exporter.systemd.UnitStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Collector {@code service}: systemd units over D-Bus, with the metric names of systemd_exporter.
 *
 * <pre>
 * systemd_unit_state{name="redis-server.service",type="service",state="active"} 1
 * systemd_unit_start_time_seconds{name="redis-server.service",type="service"} 1.7824680000E9
 * systemd_service_restart_total{name="redis-server.service"} 0
 * </pre>
 *
 * <p>A unit unknown to systemd is absent, and so is the start time of an inactive unit. The bus is used by a dedicated
 * thread, so that an unresponsive bus costs at most {@code timeout}.
 */
public final class SystemdCollector implements Collector {

    private static final String DEFAULT_ADDRESS = "unix:path=/run/dbus/system_bus_socket";

    private final List<String> units;
    private final String address;
    private final Duration timeout;
    private final SystemBus bus;
    private final SystemdManagerClient systemd;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(DaemonThreads.factory("systemd-bus"));

    /**
     * @param units full names, such as {@code redis-server.service}
     * @param address D-Bus address of the system bus; see {@link #systemBus}
     * @param timeout total timeout for connecting and all calls
     */
    public SystemdCollector(List<String> units, String address, Duration timeout, Ticker ticker) {
        this.units = List.copyOf(units);
        this.address = address;
        this.timeout = timeout;
        this.bus = new SystemBus(address, SystemdManagerClient.NAME, ticker);
        this.systemd = new SystemdManagerClient(bus, timeout);
    }

    /** Address of the system bus: {@code DBUS_SYSTEM_BUS_ADDRESS}, or the standard socket. */
    public static String systemBus(Map<String, String> environment) {
        String set = environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", "");
        return set.isBlank() ? DEFAULT_ADDRESS : set;
    }

    @Override
    public String name() {
        return "service";
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        Future<List<UnitStatus>> answer = thread.submit(() -> systemd.units(units));
        try {
            answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS).forEach(unit -> emit(unit, out));
        } catch (TimeoutException e) {
            throw new PartialCollectionException(
                    "D-Bus at " + address + " did not respond within " + timeout.toMillis()
                            + " ms; see 'systemctl status dbus'",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BusException bus) {
                throw bus.remedy().isEmpty()
                        ? new PartialCollectionException(bus.problem(), bus)
                        : new PartialCollectionException(bus.problem(), bus.remedy(), bus);
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        bus.close();
    }

    private static void emit(UnitStatus unit, MetricSink out) {
        for (String state : UnitStatus.STATES) {
            out.gauge(
                    "systemd_unit_state",
                    "1 for the current state of the systemd unit, 0 for the others",
                    unit.activeState().equals(state) ? 1 : 0,
                    "name",
                    unit.name(),
                    "type",
                    unit.type(),
                    "state",
                    state);
        }
        if (unit.active()) {
            gauge(
                    out,
                    "systemd_unit_start_time_seconds",
                    "Start time of the unit since unix epoch in seconds.",
                    unit.activeEnterSeconds(),
                    "name",
                    unit.name(),
                    "type",
                    unit.type());
        }
        unit.restarts()
                .ifPresent(n -> out.counter(
                        "systemd_service_restart_total", "Automatic restarts of the service", n, "name", unit.name()));
        gauge(
                out,
                "systemd_unit_tasks_current",
                "Current number of tasks of the unit",
                unit.tasks(),
                "name",
                unit.name());
        gauge(out, "systemd_unit_tasks_max", "Task limit of the unit", unit.tasksMax(), "name", unit.name());
        gauge(
                out,
                "systemd_unit_memory_current_bytes",
                "Current memory usage of the unit's control group",
                unit.memoryBytes(),
                "name",
                unit.name());
        gauge(
                out,
                "systemd_service_watchdog_timestamp_seconds",
                "Unix time of the service's last watchdog ping",
                unit.watchdogSeconds(),
                "name",
                unit.name());
    }

    private static void gauge(MetricSink out, String name, String help, OptionalDouble value, String... labels) {
        value.ifPresent(v -> out.gauge(name, help, v, labels));
    }
}
