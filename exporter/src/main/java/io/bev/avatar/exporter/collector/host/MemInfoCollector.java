package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.regex.Pattern;

/** {@code node_memory_*}: every field of {@code /proc/meminfo}, those in kB as {@code _bytes}. */
final class MemInfoCollector implements HostSubcollector {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_()]+:");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.filledProc("meminfo"), line -> parse(line, out));
    }

    private static void parse(String line, MetricSink out) {
        String[] fields = Fields.split(line);
        if (fields.length < 2 || !NAME.matcher(fields[0]).matches()) {
            throw new IllegalArgumentException("found '" + line + "', expected 'field: number'");
        }
        // Active(anon): becomes Active_anon
        String name = fields[0].replace("(", "_").replace(")", "").replace(":", "");
        boolean kilobytes = fields.length > 2;
        String metric = kilobytes ? name + "_bytes" : name;
        out.gauge(
                "node_memory_" + metric,
                "Memory information field " + metric + ".",
                Fields.number(fields, 1) * (kilobytes ? 1024 : 1));
    }
}
