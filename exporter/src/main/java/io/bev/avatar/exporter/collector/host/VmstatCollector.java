package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Set;

/** {@code node_vmstat_*} from {@code /proc/vmstat}: OOM kills and paging. Untyped, as in node_exporter. */
final class VmstatCollector implements HostSubcollector {

    private static final Set<String> REPORTED =
            Set.of("oom_kill", "pgfault", "pgmajfault", "pgpgin", "pgpgout", "pswpin", "pswpout");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("vmstat"), out);
    }

    static void parse(String vmstat, MetricSink out) {
        vmstat.lines().forEach(line -> {
            String[] fields = Fields.split(line);
            if (REPORTED.contains(fields[0])) {
                out.untyped(
                        "node_vmstat_" + fields[0],
                        "/proc/vmstat information field " + fields[0] + ".",
                        Fields.number(fields, 1));
            }
        });
    }
}
