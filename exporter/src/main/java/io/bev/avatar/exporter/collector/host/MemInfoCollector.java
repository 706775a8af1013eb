package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Set;

/** {@code node_memory_*_bytes} from {@code /proc/meminfo}: the fields that describe memory usage. */
final class MemInfoCollector implements HostSubcollector {

    private static final Set<String> REPORTED = Set.of(
            "MemTotal",
            "MemFree",
            "MemAvailable",
            "Buffers",
            "Cached",
            "SwapTotal",
            "SwapFree",
            "SwapCached",
            "Shmem",
            "Slab",
            "SReclaimable",
            "Dirty",
            "Writeback",
            "Committed_AS",
            "CommitLimit");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("meminfo"), out);
    }

    static void parse(String meminfo, MetricSink out) {
        meminfo.lines().forEach(line -> {
            String[] fields = Fields.split(line);
            String name = fields[0].endsWith(":") ? fields[0].substring(0, fields[0].length() - 1) : "";
            if (REPORTED.contains(name)) {
                String metric = name + "_bytes";
                out.gauge(
                        "node_memory_" + metric,
                        "Memory information field " + metric + ".",
                        Fields.number(fields, 1) * 1024);
            }
        });
    }
}
