package io.bev.avatar.exporter.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A numeric property of a unit on D-Bus. What systemd does not support, know or account for is absent. */
public enum UnitProperty {
    /** Unix time at which the unit became active, µs. */
    ACTIVE_ENTER("ActiveEnterTimestamp", Owner.UNIT),
    /** Automatic restarts. */
    RESTARTS("NRestarts", Owner.SERVICE),
    /** Unix time of the last watchdog ping, µs. */
    WATCHDOG("WatchdogTimestamp", Owner.SERVICE),
    /** PID of the main process; 0 without one. */
    MAIN_PID("MainPID", Owner.SERVICE),
    TASKS("TasksCurrent", Owner.CONTROL_GROUP),
    /** Task limit; absent without a limit. */
    TASKS_MAX("TasksMax", Owner.CONTROL_GROUP),
    /** Bytes. */
    MEMORY("MemoryCurrent", Owner.CONTROL_GROUP),
    /** Bytes; systemd 255 and later. */
    MEMORY_PEAK("MemoryPeak", Owner.CONTROL_GROUP),
    /** CPU time of all processes, ns. */
    CPU("CPUUsageNSec", Owner.CONTROL_GROUP),
    IO_READ_BYTES("IOReadBytes", Owner.CONTROL_GROUP),
    IO_READS("IOReadOperations", Owner.CONTROL_GROUP),
    IO_WRITE_BYTES("IOWriteBytes", Owner.CONTROL_GROUP),
    IO_WRITES("IOWriteOperations", Owner.CONTROL_GROUP),
    IP_INGRESS_BYTES("IPIngressBytes", Owner.CONTROL_GROUP),
    IP_INGRESS_PACKETS("IPIngressPackets", Owner.CONTROL_GROUP),
    IP_EGRESS_BYTES("IPEgressBytes", Owner.CONTROL_GROUP),
    IP_EGRESS_PACKETS("IPEgressPackets", Owner.CONTROL_GROUP);

    /** The units that have a property. */
    private enum Owner {
        UNIT,
        SERVICE,
        CONTROL_GROUP
    }

    private final String dbusName;
    private final Owner owner;

    UnitProperty(String dbusName, Owner owner) {
        this.dbusName = dbusName;
        this.owner = owner;
    }

    /** Name of the property on D-Bus. */
    public String dbusName() {
        return dbusName;
    }

    /**
     * The properties of a unit.
     *
     * @param type type of the unit, such as {@code service}
     * @param running whether it has processes; the control group of another one no longer exists
     */
    static List<UnitProperty> of(String type, boolean running) {
        List<UnitProperty> own = new ArrayList<>();
        for (UnitProperty property : values()) {
            boolean has = switch (property.owner) {
                case UNIT -> true;
                case SERVICE -> type.equals("service");
                case CONTROL_GROUP -> running && controlGroupInterface(type).isPresent();
            };
            if (has) {
                own.add(property);
            }
        }
        return own;
    }

    /** D-Bus interface that has this property for a unit of this type. */
    String interfaceName(String type) {
        return owner == Owner.UNIT
                ? SystemdManagerClient.UNIT
                : controlGroupInterface(type).orElseThrow(() -> new IllegalArgumentException(type + " has no " + this));
    }

    /** D-Bus interface of the types of units that have a control group. */
    static Optional<String> controlGroupInterface(String type) {
        return switch (type) {
            case "service", "slice", "scope", "socket", "mount", "swap" ->
                Optional.of(
                        SystemdManagerClient.NAME + "." + Character.toUpperCase(type.charAt(0)) + type.substring(1));
            default -> Optional.empty();
        };
    }
}
