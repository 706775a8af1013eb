package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.regex.Pattern;

/** {@code node_schedstat_*{cpu}} from {@code /proc/schedstat} (kernel document: scheduler/sched-stats). */
final class SchedstatCollector implements HostSubcollector {

    private static final Pattern CPU = Pattern.compile("cpu\\d+\\s");
    private static final int RUNNING = 7;
    private static final int WAITING = 8;
    private static final int TIMESLICES = 9;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.requireProc("schedstat"), line -> {
            if (!CPU.matcher(line).lookingAt()) {
                return;
            }
            String[] fields = Fields.split(line);
            String cpu = fields[0].substring(3);
            double running = Fields.number(fields, RUNNING) / 1e9;
            double waiting = Fields.number(fields, WAITING) / 1e9;
            double slices = Fields.number(fields, TIMESLICES);
            out.counter(
                    "node_schedstat_running_seconds_total",
                    "Number of seconds CPU spent running a process.",
                    running,
                    "cpu",
                    cpu);
            out.counter(
                    "node_schedstat_waiting_seconds_total",
                    "Number of seconds spent by processing waiting for this CPU.",
                    waiting,
                    "cpu",
                    cpu);
            out.counter("node_schedstat_timeslices_total", "Number of timeslices executed by CPU.", slices, "cpu", cpu);
        });
    }
}
