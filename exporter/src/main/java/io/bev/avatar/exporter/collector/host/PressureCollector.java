package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code node_pressure_*_seconds_total} from {@code /proc/pressure} (kernel document: accounting/psi). */
final class PressureCollector implements HostSubcollector {

    private static final Pattern TOTAL = Pattern.compile("(?m)^(some|full) .*total=(\\d+)$");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        if (!Files.isDirectory(files.proc().resolve("pressure"))) {
            return;
        }
        String cpu = files.proc("pressure/cpu");
        String io = files.proc("pressure/io");
        String memory = files.proc("pressure/memory");
        parse("cpu", cpu, out);
        parse("io", io, out);
        parse("memory", memory, out);
    }

    static void parse(String resource, String text, MetricSink out) {
        Matcher line = TOTAL.matcher(text);
        while (line.find()) {
            double seconds = Long.parseLong(line.group(2)) / 1e6;
            if (line.group(1).equals("some")) {
                out.counter("node_pressure_" + resource + "_waiting_seconds_total", waiting(resource), seconds);
            } else if (!resource.equals("cpu")) {
                out.counter(
                        "node_pressure_" + resource + "_stalled_seconds_total",
                        "Total time in seconds no process could make progress due to "
                                + (resource.equals("io") ? "IO" : resource) + " congestion",
                        seconds);
            }
        }
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
