package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code node_power_supply_*{power_supply}}: mains and batteries from {@code /sys/class/power_supply} (kernel document:
 * ABI/testing/sysfs-class-power).
 */
final class PowerSupplyCollector implements HostSubcollector {

    /** An attribute, its metric and the divisor to the base unit. */
    private record Attribute(String file, String metric, double divisor) {
        static Attribute of(String text) {
            String[] parts = text.split("=", -1);
            return new Attribute(parts[0], parts.length > 1 ? parts[1] : parts[0], 1);
        }

        Attribute dividedBy(double value) {
            return new Attribute(file, metric, value);
        }
    }

    private static final String PLAIN = "authentic calibrate capacity capacity_alert_max capacity_alert_min"
            + " cycle_count=cyclecount online present time_to_empty_now=time_to_empty_seconds"
            + " time_to_full_now=time_to_full_seconds";

    private static final String MICRO = "current_boot current_max current_now=current_ampere energy_empty"
            + " energy_empty_design energy_full energy_full_design energy_now=energy_watthour voltage_boot voltage_max"
            + " voltage_max_design voltage_min voltage_min_design voltage_now=voltage_volt voltage_ocv"
            + " charge_control_limit charge_control_limit_max charge_counter charge_empty charge_empty_design"
            + " charge_full charge_full_design charge_now=charge_ampere charge_term_current constant_charge_current"
            + " constant_charge_current_max constant_charge_voltage constant_charge_voltage_max precharge_current"
            + " input_current_limit power_now=power_watt";

    private static final String TENTHS = "temp=temp_celsius temp_alert_max=temp_alert_max_celsius"
            + " temp_alert_min=temp_alert_min_celsius temp_ambient=temp_ambient_celsius"
            + " temp_ambient_alert_max=temp_ambient_max_celsius temp_ambient_alert_min=temp_ambient_min_celsius"
            + " temp_max=temp_max_celsius temp_min=temp_min_celsius";

    private static final String[] INFO = {
        "capacity_level",
        "charge_type",
        "health",
        "manufacturer",
        "model_name",
        "serial_number",
        "status",
        "technology",
        "type",
        "usb_type",
        "scope"
    };

    private static final List<Attribute> ATTRIBUTES = attributes();

    private static List<Attribute> attributes() {
        List<Attribute> all = new ArrayList<>();
        for (String attribute : PLAIN.split(" ", -1)) {
            all.add(Attribute.of(attribute));
        }
        for (String attribute : MICRO.split(" ", -1)) {
            all.add(Attribute.of(attribute).dividedBy(1e6));
        }
        for (String attribute : TENTHS.split(" ", -1)) {
            all.add(Attribute.of(attribute).dividedBy(10));
        }
        return List.copyOf(all);
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path supplies = files.sys().resolve("class/power_supply");
        HostFiles.requireEntries(supplies);
        for (Path supply : HostFiles.directories(supplies)) {
            String name = HostFiles.name(supply);
            for (Attribute attribute : ATTRIBUTES) {
                HostFiles.integer(supply.resolve(attribute.file))
                        .ifPresent(value -> out.gauge(
                                "node_power_supply_" + attribute.metric,
                                attribute.metric + " value of /sys/class/power_supply/<power_supply>.",
                                value / attribute.divisor,
                                "power_supply",
                                name));
            }
            info(supply, name, out);
        }
    }

    private static void info(Path supply, String name, MetricSink out) {
        List<String> labels = new ArrayList<>(List.of("power_supply", name));
        for (String attribute : INFO) {
            HostFiles.attribute(supply.resolve(attribute))
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> labels.addAll(List.of(attribute, value)));
        }
        out.gauge(
                "node_power_supply_info",
                "info of /sys/class/power_supply/<power_supply>.",
                1,
                labels.toArray(new String[0]));
    }
}
