package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;

/** {@code node_softnet_*{cpu}}: packets handled by each CPU, from {@code /proc/net/softnet_stat}, in hexadecimal. */
final class SoftnetCollector implements HostSubcollector {

    private static final List<String> METRICS = List.of("processed", "dropped", "times_squeezed");
    private static final List<String> HELP = List.of(
            "Number of processed packets",
            "Number of dropped packets",
            "Number of times processing packets ran out of quota");

    /** Column of the CPU's number, since Linux 5.10; before, it is the line's. */
    private static final int CPU = 12;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        int[] line = {0};
        files.eachLine(files.requireProc("net/softnet_stat"), text -> parse(text, line[0]++, out));
    }

    private static void parse(String line, int number, MetricSink out) {
        String[] fields = Fields.split(line);
        if (fields.length < METRICS.size()) {
            throw new IllegalArgumentException("found '" + line + "', expected at least 3 columns");
        }
        String cpu = String.valueOf(fields.length > CPU ? Long.parseLong(fields[CPU], 16) : number);
        for (int i = 0; i < METRICS.size(); i++) {
            double value = Long.parseLong(fields[i], 16);
            out.counter("node_softnet_" + METRICS.get(i) + "_total", HELP.get(i), value, "cpu", cpu);
        }
    }
}
