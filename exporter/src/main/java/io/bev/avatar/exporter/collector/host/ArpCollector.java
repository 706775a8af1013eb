package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** {@code node_arp_entries{device}} from {@code /proc/net/arp}. */
final class ArpCollector implements HostSubcollector {

    private static final int COLUMNS = 6;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, Integer> entries = new TreeMap<>();
        files.eachLine(files.requireProc("net/arp"), line -> {
            String[] fields = Fields.split(line);
            if (fields.length < COLUMNS) {
                throw new IllegalArgumentException("found '" + line + "', expected 6 columns");
            }
            if (!fields[0].equals("IP")) {
                entries.merge(fields[fields.length - 1], 1, Integer::sum);
            }
        });
        entries.forEach(
                (device, count) -> out.gauge("node_arp_entries", "ARP entries by device", count, "device", device));
    }
}
