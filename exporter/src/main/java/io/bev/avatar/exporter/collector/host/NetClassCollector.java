package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** {@code node_network_*}: state and settings of every interface from {@code /sys/class/net}. */
final class NetClassCollector implements HostSubcollector {

    /** An attribute and its metric. */
    private record Attribute(String file, String name, String help, long factor) {
        Attribute(String file, String metric, long factor) {
            this(file, "node_network_" + metric, "Network device property: " + metric, factor);
        }

        Attribute(String file) {
            this(file, file, 1);
        }
    }

    private static final List<Attribute> GAUGES = List.of(
            new Attribute("addr_assign_type", "address_assign_type", 1),
            new Attribute("carrier"),
            new Attribute("dev_id", "device_id", 1),
            new Attribute("dormant"),
            new Attribute("flags"),
            new Attribute("ifindex", "iface_id", 1),
            new Attribute("iflink", "iface_link", 1),
            new Attribute("link_mode", "iface_link_mode", 1),
            new Attribute("mtu", "mtu_bytes", 1),
            new Attribute("name_assign_type"),
            new Attribute("netdev_group", "net_dev_group", 1),
            new Attribute("speed", "speed_bytes", 1000 * 1000 / 8),
            new Attribute("tx_queue_len", "transmit_queue_length", 1),
            new Attribute("type", "protocol_type", 1));

    private static final List<Attribute> COUNTERS = List.of(
            new Attribute("carrier_changes", "carrier_changes_total", 1),
            new Attribute("carrier_up_count", "carrier_up_changes_total", 1),
            new Attribute("carrier_down_count", "carrier_down_changes_total", 1));

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Path devices = files.sys().resolve("class/net");
        HostFiles.requireEntries(devices);
        for (Path device : HostFiles.directories(devices)) {
            write(device, out);
        }
    }

    private static void write(Path device, MetricSink out) {
        String name = HostFiles.name(device);
        String state = text(device, "operstate");
        if (state.isEmpty()) {
            return;
        }
        out.gauge(
                "node_network_up",
                "Value is 1 if operstate is 'up', 0 otherwise.",
                state.equals("up") ? 1 : 0,
                "device",
                name);
        out.gauge(
                "node_network_info",
                "Non-numeric data from /sys/class/net/<iface>, value is always 1.",
                1,
                "device",
                name,
                "address",
                text(device, "address"),
                "broadcast",
                text(device, "broadcast"),
                "duplex",
                text(device, "duplex"),
                "operstate",
                state,
                "ifalias",
                text(device, "ifalias"));
        for (Attribute attribute : GAUGES) {
            OptionalLong value = HostFiles.integer(device.resolve(attribute.file));
            value.ifPresent(v -> out.gauge(attribute.name, attribute.help, v * attribute.factor, "device", name));
        }
        for (Attribute attribute : COUNTERS) {
            OptionalLong value = HostFiles.integer(device.resolve(attribute.file));
            value.ifPresent(v -> out.counter(attribute.name, attribute.help, v, "device", name));
        }
    }

    private static String text(Path device, String file) {
        return HostFiles.attribute(device.resolve(file)).orElse("");
    }
}
