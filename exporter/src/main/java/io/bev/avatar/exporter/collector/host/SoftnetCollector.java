package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;

/** {@code node_softnet_*{cpu}}: packets handled by each CPU, from {@code /proc/net/softnet_stat}, in hexadecimal. */
final class SoftnetCollector implements HostSubcollector {

    /** A column and its counter. */
    private record Column(int index, String name, String help) {
        Column {
            name = "node_softnet_" + name;
        }
    }

    private static final List<Column> COUNTERS = List.of(
            new Column(0, "processed_total", "Number of processed packets"),
            new Column(1, "dropped_total", "Number of dropped packets"),
            new Column(2, "times_squeezed_total", "Number of times processing packets ran out of quota"),
            new Column(8, "cpu_collision_total", "Number of collisions while taking the lock of a device"),
            new Column(9, "received_rps_total", "Number of wake-ups by another CPU to process packets (RPS)"),
            new Column(10, "flow_limit_count_total", "Number of times the flow limit was reached"));

    private static final int MIN_COLUMNS = 3;
    private static final int BACKLOG = 11;

    /** Column of the CPU's number, since Linux 5.10; before, it is the line's. */
    private static final int CPU = 12;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        int[] line = {0};
        files.eachLine(files.requireProc("net/softnet_stat"), text -> parse(text, line[0]++, out));
    }

    private static void parse(String line, int number, MetricSink out) {
        String[] fields = Fields.split(line);
        if (fields.length < MIN_COLUMNS) {
            throw new IllegalArgumentException("found '" + line + "', expected at least 3 columns");
        }
        long[] values = new long[fields.length];
        for (int i = 0; i < fields.length; i++) {
            values[i] = Long.parseLong(fields[i], 16);
        }
        String cpu = String.valueOf(fields.length > CPU ? values[CPU] : number);
        for (Column column : COUNTERS) {
            if (column.index < values.length) {
                out.counter(column.name, column.help, values[column.index], "cpu", cpu);
            }
        }
        if (values.length > BACKLOG) {
            out.gauge("node_softnet_backlog_len", "Packets in the CPU's queues", values[BACKLOG], "cpu", cpu);
        }
    }
}
