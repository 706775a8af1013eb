package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code node_rapl_NAME_joules_total{index,path}}: energy of CPU packages and memory from {@code /sys/class/powercap}.
 * Most kernels let only root read it; then it is absent.
 */
final class RaplCollector implements HostSubcollector {

    private static final Pattern NUMBERED = Pattern.compile("([^-]+)-(\\d+)");

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, Integer> used = new HashMap<>();
        boolean any = false;
        for (Path zone : HostFiles.requireEntries(files.sys().resolve("class/powercap"))) {
            Optional<String> name = HostFiles.attribute(zone.resolve("name"));
            if (!HostFiles.name(zone).contains("rapl:") || name.isEmpty()) {
                continue;
            }
            Matcher numbered = NUMBERED.matcher(name.get());
            boolean indexed = numbered.matches();
            String plain = indexed ? numbered.group(1) : name.get();
            int index = indexed ? Integer.parseInt(numbered.group(2)) : used.merge(plain, 1, Integer::sum) - 1;
            OptionalLong microjoules = HostFiles.integer(zone.resolve("energy_uj"));
            if (microjoules.isPresent()) {
                any = true;
                out.counter(
                        "node_rapl_" + plain.replaceAll("[^A-Za-z0-9_]", "_") + "_joules_total",
                        "Current RAPL " + plain + " value in joules",
                        microjoules.getAsLong() / 1e6,
                        "index",
                        String.valueOf(index),
                        "path",
                        zone.toString());
            }
        }
        if (!any) {
            throw new SourceAbsentException("readable energy in /sys/class/powercap");
        }
    }
}
