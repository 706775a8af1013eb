package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/**
 * Processor time and boot time from {@code /proc/stat}.
 *
 * <pre>
 * node_cpu_seconds_total{cpu="0",mode="user"} 59.8
 * node_cpu_guest_seconds_total{cpu="0",mode="user"} 0.0
 * node_boot_time_seconds 1.795382491E9
 * </pre>
 */
final class StatCollector implements HostSubcollector {

    /** The kernel's USER_HZ, 100 on all current Linux architectures. */
    private static final double TICKS_PER_SECOND = 100;

    private static final String[] MODES = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"};
    private static final String[] GUEST_MODES = {"user", "nice"};

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        parse(files.proc("stat"), out);
    }

    static void parse(String stat, MetricSink out) throws IOException {
        stat.lines().forEach(line -> {
            String[] fields = Fields.split(line);
            if (fields[0].startsWith("cpu") && fields[0].length() > 3) {
                cpu(fields, out);
            } else if (fields[0].equals("btime")) {
                out.gauge("node_boot_time_seconds", "Node boot time, in unixtime.", Fields.number(fields, 1));
            }
        });
    }

    private static void cpu(String[] fields, MetricSink out) {
        String cpu = fields[0].substring(3);
        for (int i = 0; i < MODES.length && i + 1 < fields.length; i++) {
            out.counter(
                    "node_cpu_seconds_total",
                    "Seconds the CPUs spent in each mode.",
                    Fields.number(fields, i + 1) / TICKS_PER_SECOND,
                    "cpu",
                    cpu,
                    "mode",
                    MODES[i]);
        }
        for (int i = 0; i < GUEST_MODES.length && i + 1 + MODES.length < fields.length; i++) {
            out.counter(
                    "node_cpu_guest_seconds_total",
                    "Seconds the CPUs spent in guests (VMs) for each mode.",
                    Fields.number(fields, i + 1 + MODES.length) / TICKS_PER_SECOND,
                    "cpu",
                    cpu,
                    "mode",
                    GUEST_MODES[i]);
        }
    }
}
