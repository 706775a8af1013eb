package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * {@code node_nf_conntrack_*}: connection tracking, from {@code /proc/sys/net/netfilter} and
 * {@code /proc/net/stat/nf_conntrack}, where each line is a CPU, in hexadecimal.
 */
final class ConntrackCollector implements HostSubcollector {

    private record Column(int index, String name, String help) {}

    private static final List<Column> COLUMNS = List.of(
            new Column(2, "found", "Number of searched entries which were successful."),
            new Column(4, "invalid", "Number of packets seen which can not be tracked."),
            new Column(5, "ignore", "Number of packets seen which are already connected to a conntrack entry."),
            new Column(8, "insert", "Number of entries inserted into the list."),
            new Column(9, "insert_failed", "Number of entries for which list insertion was attempted but failed."),
            new Column(10, "drop", "Number of packets dropped due to conntrack failure."),
            new Column(
                    11,
                    "early_drop",
                    "Number of dropped conntrack entries to make room for new ones, if maximum table size was reached."),
            new Column(
                    16,
                    "search_restart",
                    "Number of conntrack table lookups which had to be restarted due to hashtable resizes."));

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        double entries = number(files, "count");
        double limit = number(files, "max");
        out.gauge(
                "node_nf_conntrack_entries",
                "Number of currently allocated flow entries for connection tracking.",
                entries);
        out.gauge("node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.", limit);
        Optional<String> statistics = files.optionalProc("net/stat/nf_conntrack");
        if (statistics.isPresent()) {
            double[] sums = new double[COLUMNS.size()];
            files.eachLine(statistics.get(), line -> add(line, sums));
            for (int i = 0; i < sums.length; i++) {
                Column column = COLUMNS.get(i);
                out.gauge("node_nf_conntrack_stat_" + column.name, column.help, sums[i]);
            }
        }
    }

    private static void add(String line, double[] sums) {
        String[] fields = Fields.split(line);
        if (fields[0].equals("entries")) {
            return;
        }
        double[] values = new double[sums.length];
        for (int i = 0; i < sums.length; i++) {
            int index = COLUMNS.get(i).index;
            values[i] = index < fields.length ? Long.parseLong(fields[index], 16) : 0;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    private static double number(HostFiles files, String name) throws IOException {
        return Fields.number(Fields.split(files.requireProc("sys/net/netfilter/nf_conntrack_" + name)), 0);
    }
}
