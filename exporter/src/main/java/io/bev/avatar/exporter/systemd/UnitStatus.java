package io.bev.avatar.exporter.systemd;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Status of a systemd unit.
 *
 * @param name full name, such as {@code redis-server.service}
 * @param activeState state, such as {@code active}
 * @param activeEnterSeconds Unix time at which it became active; empty when inactive
 * @param restarts automatic restarts; services only
 * @param tasks current number of tasks
 * @param tasksMax task limit; empty without a limit
 * @param memoryBytes memory usage of its control group
 * @param watchdogSeconds Unix time of the last watchdog ping; empty without one
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

    /** States distinguished by systemd_exporter. */
    public static final List<String> STATES = List.of("activating", "active", "deactivating", "failed", "inactive");

    /** Type of the unit: the suffix of its name. */
    public String type() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    public boolean active() {
        return activeState.equals("active");
    }
}
