package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code node_memory_*}: every field of {@code /proc/meminfo}, those in kB as {@code _bytes}. */
final class MemInfoCollector implements HostSubcollector {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_()]+:");

    /** Limit of {@link #metrics}: the kernel has about 60. */
    private static final int MAX_FIELDS = 256;

    /** Metrics by field and suffix, which are the same in each collection. */
    private final Map<String, Metric> metrics = new HashMap<>();

    private record Metric(String name, String help) {
        static Metric of(String field) {
            // Active(anon): becomes Active_anon
            String name = field.replace("(", "_").replace(")", "").replace(":", "");
            return new Metric("node_memory_" + name, "Memory information field " + name + ".");
        }
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.filledProc("meminfo"), line -> parse(line, out));
    }

    private void parse(String line, MetricSink out) {
        String[] fields = Fields.split(line);
        if (fields.length < 2 || !NAME.matcher(fields[0]).matches()) {
            throw new IllegalArgumentException("found '" + line + "', expected 'field: number'");
        }
        boolean kilobytes = fields.length > 2;
        if (metrics.size() >= MAX_FIELDS) {
            metrics.clear();
        }
        Metric metric = metrics.computeIfAbsent(fields[0] + (kilobytes ? "_bytes" : ""), Metric::of);
        out.gauge(metric.name, metric.help, Fields.number(fields, 1) * (kilobytes ? 1024 : 1));
    }
}
