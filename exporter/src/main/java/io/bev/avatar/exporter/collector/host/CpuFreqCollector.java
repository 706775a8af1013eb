package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** {@code node_cpu_frequency_*} and {@code node_cpu_scaling_*} of each CPU, from sysfs, in kHz there. */
final class CpuFreqCollector implements HostSubcollector {

    private record Attribute(String file, String metric, String help) {}

    private static final List<Attribute> ATTRIBUTES = List.of(
            new Attribute("cpuinfo_cur_freq", "frequency_hertz", "Current CPU thread frequency in hertz."),
            new Attribute("cpuinfo_min_freq", "frequency_min_hertz", "Minimum CPU thread frequency in hertz."),
            new Attribute("cpuinfo_max_freq", "frequency_max_hertz", "Maximum CPU thread frequency in hertz."),
            new Attribute(
                    "scaling_cur_freq", "scaling_frequency_hertz", "Current scaled CPU thread frequency in hertz."),
            new Attribute(
                    "scaling_min_freq", "scaling_frequency_min_hertz", "Minimum scaled CPU thread frequency in hertz."),
            new Attribute(
                    "scaling_max_freq",
                    "scaling_frequency_max_hertz",
                    "Maximum scaled CPU thread frequency in hertz."));

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        boolean any = false;
        for (Path cpu : HostFiles.requireEntries(files.sys().resolve("devices/system/cpu"))) {
            String name = HostFiles.name(cpu);
            if (name.matches("cpu\\d+")) {
                for (Attribute attribute : ATTRIBUTES) {
                    OptionalLong kilohertz =
                            HostFiles.integer(cpu.resolve("cpufreq").resolve(attribute.file));
                    any |= kilohertz.isPresent();
                    kilohertz.ifPresent(value -> out.gauge(
                            "node_cpu_" + attribute.metric, attribute.help, value * 1e3, "cpu", name.substring(3)));
                }
                governors(cpu.resolve("cpufreq"), name.substring(3), out);
            }
        }
        if (!any) {
            throw new SourceAbsentException("/sys/devices/system/cpu/cpu*/cpufreq");
        }
    }

    private static void governors(Path directory, String cpu, MetricSink out) {
        String current =
                HostFiles.attribute(directory.resolve("scaling_governor")).orElse("");
        if (!current.isEmpty()) {
            Set<String> all = new TreeSet<>(
                    List.of(Fields.split(HostFiles.attribute(directory.resolve("scaling_available_governors"))
                            .orElse(""))));
            all.add(current);
            all.remove("");
            all.forEach(governor -> out.gauge(
                    "node_cpu_scaling_governor",
                    "Current enabled CPU frequency governor.",
                    governor.equals(current) ? 1 : 0,
                    "cpu",
                    cpu,
                    "governor",
                    governor));
        }
    }
}
