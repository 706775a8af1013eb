package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** {@code node_thermal_zone_temp} and {@code node_cooling_device_*_state} from {@code /sys/class/thermal}. */
final class ThermalZoneCollector implements HostSubcollector {

    private static final String ZONE = "thermal_zone";
    private static final String DEVICE = "cooling_device";

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        for (Path entry : HostFiles.requireEntries(files.sys().resolve("class/thermal"))) {
            String name = HostFiles.name(entry);
            String type = HostFiles.attribute(entry.resolve("type")).orElse("");
            if (name.startsWith(ZONE)) {
                OptionalDouble millidegrees = HostFiles.number(entry.resolve("temp"));
                millidegrees.ifPresent(value -> out.gauge(
                        "node_thermal_zone_temp",
                        "Zone temperature in Celsius",
                        value / 1000,
                        "zone",
                        name.substring(ZONE.length()),
                        "type",
                        type));
            } else if (name.startsWith(DEVICE)) {
                String number = name.substring(DEVICE.length());
                state(entry, "cur", "Current throttle state of the cooling device", number, type, out);
                state(entry, "max", "Maximum throttle state of the cooling device", number, type, out);
            }
        }
    }

    private static void state(Path device, String which, String help, String name, String type, MetricSink out) {
        HostFiles.number(device.resolve(which + "_state"))
                .ifPresent(state ->
                        out.gauge("node_cooling_device_" + which + "_state", help, state, "name", name, "type", type));
    }
}
