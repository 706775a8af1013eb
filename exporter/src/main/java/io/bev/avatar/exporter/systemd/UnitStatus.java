package io.bev.avatar.exporter.systemd;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A systemd unit as read.
 *
 * @param name such as {@code redis-server.service}
 * @param activeState such as {@code active}
 * @param activeEnterSeconds when it became active, Unix time; empty when it is not
 * @param restarts automatic restarts, of services
 * @param tasks tasks now
 * @param tasksMax how many it may have; empty without a limit
 * @param memoryBytes memory of its control group
 * @param watchdogSeconds last watchdog ping, Unix time; empty without one
 */
public record UnitStatus(
        String name,
        String activeState,
        OptionalDouble activeEnterSeconds,
        OptionalDouble restarts,
        OptionalDouble tasks,
        OptionalDouble tasksMax,
        OptionalDouble memoryBytes,
        OptionalDouble watchdogSeconds) {

    /** States that systemd_exporter tells apart. */
    public static final List<String> STATES = List.of("activating", "active", "deactivating", "failed", "inactive");

    /** Kind of unit: what follows the last dot of its name. */
    public String type() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    public boolean active() {
        return activeState.equals("active");
    }
}
