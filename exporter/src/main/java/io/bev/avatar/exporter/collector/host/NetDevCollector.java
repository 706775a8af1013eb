package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** {@code node_network_*_total}: traffic counters of every interface from {@code /proc/net/dev}. */
final class NetDevCollector implements HostSubcollector {

    /** The fields of a line, in order. */
    private static final List<Counter> COUNTERS = Stream.concat(
                    Stream.of("bytes", "packets", "errs", "drop", "fifo", "frame", "compressed", "multicast")
                            .map(field -> "receive_" + field),
                    Stream.of("bytes", "packets", "errs", "drop", "fifo", "colls", "carrier", "compressed")
                            .map(field -> "transmit_" + field))
            .map(Counter::of)
            .toList();

    private static final Counter WITHOUT_HANDLER = Counter.of("receive_nohandler");

    private record Counter(String name, String help) {
        static Counter of(String field) {
            return new Counter("node_network_" + field + "_total", "Network device statistic " + field + ".");
        }

        void write(double value, String device, MetricSink out) {
            out.counter(name, help, value, "device", device);
        }
    }

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
        double[] values = new double[COUNTERS.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Fields.number(fields, i);
        }
        for (int i = 0; i < values.length; i++) {
            COUNTERS.get(i).write(values[i], device, out);
        }
        withoutHandler(device, files, out);
    }

    /** Packets without a handler, which {@code /proc/net/dev} lacks. */
    private static void withoutHandler(String device, HostFiles files, MetricSink out) {
        if (device.chars().allMatch(c -> c < 0x80)) {
            HostFiles.number(files.sys().resolve("class/net/" + device + "/statistics/rx_nohandler"))
                    .ifPresent(packets -> WITHOUT_HANDLER.write(packets, device, out));
        }
    }
}
