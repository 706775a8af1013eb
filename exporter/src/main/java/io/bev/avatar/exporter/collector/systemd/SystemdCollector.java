package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.systemd.BusException;
import io.bev.avatar.exporter.systemd.SystemBus;
import io.bev.avatar.exporter.systemd.SystemdManagerClient;
import io.bev.avatar.exporter.systemd.UnitProperty;
import io.bev.avatar.exporter.systemd.UnitStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Collector {@code service}: systemd units over D-Bus, with the metric names of systemd_exporter.
 *
 * <pre>
 * systemd_unit_state{name="redis-server.service",type="service",state="active"} 1
 * systemd_unit_start_time_seconds{name="redis-server.service",type="service"} 1.7824680000E9
 * systemd_service_restart_total{name="redis-server.service"} 0
 * systemd_unit_cpu_seconds_total{name="redis-server.service"} 12.5
 * </pre>
 *
 * <p>A unit unknown to systemd is absent, and so is the start time of an inactive unit and what systemd does not account
 * for. The bus is used by a dedicated
 * thread, so that an unresponsive bus costs at most {@code timeout}.
 */
public final class SystemdCollector implements Collector {

    private static final String DEFAULT_ADDRESS = "unix:path=/run/dbus/system_bus_socket";

    private static final double MICRO = 1e-6;

    private final List<String> units;
    private final String address;
    private final Duration timeout;
    private final SystemBus bus;
    private final SystemdManagerClient systemd;
    private final UnitWorkloadMetrics workload;
    private final boolean nodeNames;
    private volatile Map<String, Integer> mainPids = Map.of();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(DaemonThreads.factory("systemd-bus"));

    /** As the other constructor, without node_exporter's names. */
    public SystemdCollector(List<String> units, String address, Duration timeout, Ticker ticker) {
        this(units, address, timeout, Path.of("/sys"), false, ticker);
    }

    /**
     * @param units full names, such as {@code redis-server.service}
     * @param address D-Bus address of the system bus; see {@link #systemBus}
     * @param timeout total timeout for connecting and all calls
     * @param sys path of sysfs, for the units' control groups
     * @param nodeNames whether to also report all units of the host under node_exporter's names
     */
    public SystemdCollector(
            List<String> units, String address, Duration timeout, Path sys, boolean nodeNames, Ticker ticker) {
        this.units = List.copyOf(units);
        this.address = address;
        this.timeout = timeout;
        this.bus = new SystemBus(address, SystemdManagerClient.NAME, ticker);
        this.systemd = new SystemdManagerClient(bus, timeout);
        this.workload = new UnitWorkloadMetrics(new UnitCgroup(sys));
        this.nodeNames = nodeNames;
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

    /** PID of the main process of a configured unit at the last collection; empty without one. Thread-safe. */
    public OptionalInt mainPid(String unit) {
        Integer pid = mainPids.get(unit);
        return pid == null ? OptionalInt.empty() : OptionalInt.of(pid);
    }

    private record Answer(List<UnitStatus> units, Optional<SystemdManagerClient.Overview> overview) {}

    private Answer read() throws BusException, InterruptedException {
        List<UnitStatus> status = systemd.units(units);
        mainPids = status.stream()
                .filter(unit -> unit.value(UnitProperty.MAIN_PID).orElse(0) > 0)
                .collect(Collectors.toMap(UnitStatus::name, unit ->
                        (int) unit.value(UnitProperty.MAIN_PID).orElseThrow()));
        return new Answer(status, nodeNames ? Optional.of(systemd.overview()) : Optional.empty());
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        Future<Answer> answer = thread.submit(this::read);
        try {
            Answer read = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            read.units().forEach(unit -> emit(unit, out));
            read.overview().ifPresent(overview -> NodeSystemdMetrics.emit(overview, out));
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

    private void emit(UnitStatus unit, MetricSink out) {
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
            time(unit.value(UnitProperty.ACTIVE_ENTER))
                    .ifPresent(seconds -> out.gauge(
                            "systemd_unit_start_time_seconds",
                            "Start time of the unit since unix epoch in seconds.",
                            seconds,
                            "name",
                            unit.name(),
                            "type",
                            unit.type()));
        }
        workload.emit(unit, out);
        time(unit.value(UnitProperty.WATCHDOG))
                .ifPresent(seconds -> out.gauge(
                        "systemd_service_watchdog_timestamp_seconds",
                        "Unix time of the service's last watchdog ping",
                        seconds,
                        "name",
                        unit.name()));
    }

    /** Converts a time in microseconds to seconds; 0 means never. */
    private static OptionalDouble time(OptionalDouble micros) {
        return micros.isPresent() && micros.getAsDouble() > 0
                ? OptionalDouble.of(micros.getAsDouble() * MICRO)
                : OptionalDouble.empty();
    }
}
