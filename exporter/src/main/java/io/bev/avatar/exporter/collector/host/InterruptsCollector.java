package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code node_interrupts_total} from {@code /proc/interrupts}: a line per interrupt, a column per CPU that is online.
 *
 * <pre>
 * node_interrupts_total{cpu="0",type="24",info="IO-APIC",devices="5-edge ACPI:Ged"} 1.0
 * node_interrupts_total{cpu="0",type="LOC",info="Local timer interrupts",devices=""} 4985736.0
 * </pre>
 */
final class InterruptsCollector implements HostSubcollector {

    /** Limit of series: a large server has hundreds of interrupts on hundreds of CPUs. */
    private static final int MAX_SERIES = 10_000;

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        List<String> lines = HostFiles.lines(files.requireProc("interrupts"));
        String[] header = Fields.split(lines.isEmpty() ? "" : lines.get(0));
        Set<String> cpus = Set.copyOf(Arrays.asList(header));
        if (cpus.size() < header.length || !cpus.stream().allMatch(cpu -> cpu.startsWith("CPU"))) {
            throw new IOException("/proc/interrupts starts with '" + String.join(" ", header) + "', expected 'CPU0'");
        }
        Set<String> seen = new HashSet<>();
        files.eachItem(lines.subList(1, lines.size()), line -> {
            String[] fields = Fields.split(line);
            // ERR and MIS are counted for the whole machine.
            if (fields.length <= header.length) {
                return;
            }
            if ((seen.size() + 1) * header.length > MAX_SERIES) {
                throw new IllegalArgumentException("more than " + MAX_SERIES + " series");
            }
            if (!seen.add(fields[0])) {
                throw new IllegalArgumentException("found a second line '" + line + "'");
            }
            write(header, fields, out);
        });
    }

    private static void write(String[] header, String[] fields, MetricSink out) {
        String type = fields[0].replace(":", "");
        boolean device = !type.isEmpty() && Character.isDigit(type.charAt(0));
        int rest = header.length + 1;
        int name = Math.min(fields.length, device ? rest + 1 : fields.length);
        String info = String.join(" ", Arrays.copyOfRange(fields, rest, name));
        String devices = String.join(" ", Arrays.copyOfRange(fields, name, fields.length));
        double[] counts = new double[header.length];
        for (int i = 0; i < header.length; i++) {
            counts[i] = Fields.number(fields, i + 1);
        }
        for (int i = 0; i < header.length; i++) {
            out.counter(
                    "node_interrupts_total",
                    "Interrupt details.",
                    counts[i],
                    "cpu",
                    header[i].substring("CPU".length()),
                    "type",
                    type,
                    "info",
                    info,
                    "devices",
                    devices);
        }
    }
}
