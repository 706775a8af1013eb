package io.bev.avatar.exporter.systemd;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Status of a systemd unit.
 *
 * @param name full name, such as {@code redis-server.service}
 * @param activeState state, such as {@code active}
 * @param controlGroup path of its control group, such as {@code /system.slice/redis-server.service}; empty without one
 * @param properties its numeric properties in systemd's units, without absent ones
 */
public record UnitStatus(String name, String activeState, String controlGroup, Map<UnitProperty, Double> properties) {

    /** States distinguished by systemd_exporter. */
    public static final List<String> STATES = List.of("activating", "active", "deactivating", "failed", "inactive");

    public UnitStatus {
        properties = Map.copyOf(properties);
    }

    /** Type of the unit: the suffix of its name. */
    public String type() {
        return typeOf(name);
    }

    static String typeOf(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    public boolean active() {
        return activeState.equals("active");
    }

    /** Value of a property in systemd's unit. */
    public OptionalDouble value(UnitProperty property) {
        Double value = properties.get(property);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
