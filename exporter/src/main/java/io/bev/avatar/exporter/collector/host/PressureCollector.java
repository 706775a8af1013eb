package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code node_pressure_*_seconds_total} from {@code /proc/pressure} (kernel document: accounting/psi). */
final class PressureCollector implements HostSubcollector {

    private static final Pattern TOTAL = Pattern.compile("(?m)^(some|full) .*total=(\\d+)$");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        for (String resource : new String[] {"cpu", "io", "memory"}) {
            parse(resource, pressure(files, resource), out);
        }
        // Since Linux 6.1, with accounting of interrupts.
        Optional<String> irq = irq(files);
        if (irq.isPresent()) {
            parse("irq", irq.get(), out);
        }
    }

    /** Kernels without accounting of interrupts lack the file or reject the read. */
    private static Optional<String> irq(HostFiles files) {
        return HostFiles.attribute(files.proc().resolve("pressure/irq")).filter(text -> !text.isEmpty());
    }

    /** Kernels without PSI have no file; those started without {@code psi=1} may reject the read. */
    private static String pressure(HostFiles files, String resource) throws IOException {
        try {
            return files.requireProc("pressure/" + resource);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("not supported")) {
                throw new SourceAbsentException("/proc/pressure/" + resource);
            }
            throw e;
        }
    }

    private static void parse(String resource, String text, MetricSink out) {
        Matcher line = TOTAL.matcher(text);
        if (!line.find()) {
            throw new IllegalArgumentException(
                    "/proc/pressure/" + resource + ": found '" + text + "', expected 'some ... total=NUMBER'");
        }
        line.reset();
        while (line.find()) {
            double seconds = Long.parseLong(line.group(2)) / 1e6;
            if (line.group(1).equals("some")) {
                out.counter("node_pressure_" + resource + "_waiting_seconds_total", waiting(resource), seconds);
            } else if (!resource.equals("cpu")) {
                out.counter(
                        "node_pressure_" + resource + "_stalled_seconds_total",
                        "Total time in seconds no process could make progress due to " + cause(resource)
                                + " congestion",
                        seconds);
            }
        }
    }

    private static String cause(String resource) {
        return resource.equals("memory") ? resource : resource.toUpperCase(Locale.ROOT);
    }

    private static String waiting(String resource) {
        String why = switch (resource) {
            case "cpu" -> "for CPU time";
            case "io" -> "due to IO congestion";
            default -> "for " + resource;
        };
        return "Total time in seconds that processes have waited " + why;
    }
}
