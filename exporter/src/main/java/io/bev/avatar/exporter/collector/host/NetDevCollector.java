package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** {@code node_network_*_total}: traffic counters of every interface from {@code /proc/net/dev}. */
final class NetDevCollector implements HostSubcollector {

    private static final String[] RECEIVE = {
        "bytes", "packets", "errs", "drop", "fifo", "frame", "compressed", "multicast"
    };
    private static final String[] TRANSMIT = {
        "bytes", "packets", "errs", "drop", "fifo", "colls", "carrier", "compressed"
    };

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.filledProc("net/dev"), line -> parse(line, files, out));
    }

    private static void parse(String line, HostFiles files, MetricSink out) {
        if (line.indexOf('|') >= 0) {
            return;
        }
        int colon = line.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("found '" + line + "', expected 'device: counters'");
        }
        String device = line.substring(0, colon).strip();
        String[] fields = Fields.split(line.substring(colon + 1));
        double[] values = new double[RECEIVE.length + TRANSMIT.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Fields.number(fields, i);
        }
        for (int i = 0; i < RECEIVE.length; i++) {
            counter("receive_" + RECEIVE[i], values[i], device, out);
        }
        for (int i = 0; i < TRANSMIT.length; i++) {
            counter("transmit_" + TRANSMIT[i], values[RECEIVE.length + i], device, out);
        }
        withoutHandler(device, files, out);
    }

    /** Packets without a handler, which {@code /proc/net/dev} lacks. */
    private static void withoutHandler(String device, HostFiles files, MetricSink out) {
        if (device.chars().allMatch(c -> c < 0x80)) {
            HostFiles.number(files.sys().resolve("class/net/" + device + "/statistics/rx_nohandler"))
                    .ifPresent(packets -> counter("receive_nohandler", packets, device, out));
        }
    }

    private static void counter(String field, double value, String device, MetricSink out) {
        out.counter(
                "node_network_" + field + "_total", "Network device statistic " + field + ".", value, "device", device);
    }
}
