package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code node_network_*} of every interface: counters from {@code /proc/net/dev}, state from {@code /sys/class/net}.
 */
final class NetDevCollector implements HostSubcollector {

    /** Reported columns of one direction; receive columns start at 0, transmit columns at 8. */
    private static final String[] COUNTERS = {"bytes", "packets", "errs", "drop"};

    private static final int HALF = 8;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("net/dev"), out);
        for (Path device : HostFiles.entries(files.sys().resolve("class/net"))) {
            Optional<String> state = HostFiles.optional(device.resolve("operstate"));
            state.ifPresent(text -> out.gauge(
                    "node_network_up",
                    "Value is 1 if operstate is 'up', 0 otherwise.",
                    text.strip().equals("up") ? 1 : 0,
                    "device",
                    device.getFileName().toString()));
        }
    }

    static void parse(String netDev, MetricSink out) {
        netDev.lines().skip(2).forEach(line -> {
            int colon = line.lastIndexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("found '" + line + "', expected 'device: counters'");
            }
            String device = line.substring(0, colon).strip();
            String[] fields = Fields.split(line.substring(colon + 1));
            for (int i = 0; i < COUNTERS.length; i++) {
                counter("receive_" + COUNTERS[i], Fields.number(fields, i), device, out);
                counter("transmit_" + COUNTERS[i], Fields.number(fields, HALF + i), device, out);
            }
        });
    }

    private static void counter(String field, double value, String device, MetricSink out) {
        out.counter(
                "node_network_" + field + "_total", "Network device statistic " + field + ".", value, "device", device);
    }
}
