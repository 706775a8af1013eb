package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/**
 * Boot time, interrupts, context switches and processes from {@code /proc/stat}.
 *
 * <pre>
 * node_boot_time_seconds 1.795382491E9
 * node_context_switches_total 3.8014093E7
 * node_procs_running 2.0
 * </pre>
 */
final class StatCollector implements HostSubcollector {

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        files.eachLine(files.filledProc("stat"), line -> {
            String[] fields = Fields.split(line);
            switch (fields[0]) {
                case "intr" ->
                    out.counter("node_intr_total", "Total number of interrupts serviced.", Fields.number(fields, 1));
                case "ctxt" ->
                    out.counter(
                            "node_context_switches_total",
                            "Total number of context switches.",
                            Fields.number(fields, 1));
                case "processes" -> out.counter("node_forks_total", "Total number of forks.", Fields.number(fields, 1));
                case "btime" ->
                    out.gauge("node_boot_time_seconds", "Node boot time, in unixtime.", Fields.number(fields, 1));
                case "procs_running" ->
                    out.gauge("node_procs_running", "Number of processes in runnable state.", Fields.number(fields, 1));
                case "procs_blocked" ->
                    out.gauge(
                            "node_procs_blocked",
                            "Number of processes blocked waiting for I/O to complete.",
                            Fields.number(fields, 1));
                default -> {}
            }
        });
    }
}
