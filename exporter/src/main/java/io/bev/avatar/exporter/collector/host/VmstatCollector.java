package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.regex.Pattern;

/** {@code node_vmstat_*} from {@code /proc/vmstat}: OOM kills and paging. Untyped, as in node_exporter. */
final class VmstatCollector implements HostSubcollector {

    /** node_exporter's default. */
    private static final Pattern REPORTED = Pattern.compile("(oom_kill|pgpg|pswp|pg\\S*fault)");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.filledProc("vmstat"), line -> parse(line, out));
    }

    private static void parse(String line, MetricSink out) {
        // Before splitting: most of the 200 lines are not reported.
        if (REPORTED.matcher(line).lookingAt()) {
            String[] fields = Fields.split(line);
            out.untyped(
                    "node_vmstat_" + fields[0],
                    "/proc/vmstat information field " + fields[0] + ".",
                    Fields.number(fields, 1));
        }
    }
}
