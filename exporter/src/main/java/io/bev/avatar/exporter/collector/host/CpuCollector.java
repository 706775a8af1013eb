package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Processor time from {@code /proc/stat}, throttling from {@code /sys/devices/system/cpu}.
 *
 * <pre>
 * node_cpu_seconds_total{cpu="0",mode="user"} 59.8
 * node_cpu_guest_seconds_total{cpu="0",mode="user"} 0.0
 * node_cpu_core_throttles_total{package="0",core="0"} 3.0
 * </pre>
 *
 * <p>The kernel's idle and iowait times decrease now and then (proc(5)). A counter must not: the highest value is held.
 * If idle jumps back by {@link #REPLUGGED_SECONDS} or more, the CPU was unplugged and counts from the start.
 */
final class CpuCollector implements HostSubcollector {

    /** The kernel's USER_HZ, 100 on all current Linux architectures. */
    private static final double TICKS_PER_SECOND = 100;

    /** node_exporter's jumpBackSeconds. */
    private static final double REPLUGGED_SECONDS = 3;

    private static final Pattern CPU = Pattern.compile("cpu\\d+");

    private static final String[] MODES = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"};
    private static final String[] GUEST_MODES = {"user", "nice"};
    private static final int IDLE = 3;
    private static final int COLUMNS = MODES.length + GUEST_MODES.length;

    /** Reported seconds by CPU, [COLUMNS]. */
    private final Map<String, double[]> reported = new HashMap<>();

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, double[]> online = new LinkedHashMap<>();
        files.eachLine(files.filledProc("stat"), line -> {
            String[] fields = Fields.split(line);
            if (fields[0].startsWith("cpu") && fields[0].length() > 3) {
                double[] seconds = new double[Math.min(COLUMNS, fields.length - 1)];
                for (int i = 0; i < seconds.length; i++) {
                    seconds[i] = Fields.number(fields, i + 1) / TICKS_PER_SECOND;
                }
                online.put(fields[0].substring(3), seconds);
            }
        });
        if (online.isEmpty()) {
            throw new IOException("/proc/stat has no line of a CPU, expected 'cpu0 ...'");
        }
        report(online, out);
        throttles(files, out);
    }

    /** @param online seconds in each mode by CPU, at least those of {@link #MODES} */
    void report(Map<String, double[]> online, MetricSink out) {
        reported.keySet().retainAll(online.keySet());
        online.forEach((cpu, seconds) -> write(cpu, reported.merge(cpu, seconds, CpuCollector::latest), out));
    }

    private static double[] latest(double[] before, double[] now) {
        boolean replugged =
                before.length != now.length || now.length <= IDLE || before[IDLE] - now[IDLE] >= REPLUGGED_SECONDS;
        if (!replugged) {
            for (int i = 0; i < now.length; i++) {
                now[i] = Math.max(before[i], now[i]);
            }
        }
        return now;
    }

    private static void write(String cpu, double[] seconds, MetricSink out) {
        for (int i = 0; i < seconds.length; i++) {
            boolean guest = i >= MODES.length;
            out.counter(
                    guest ? "node_cpu_guest_seconds_total" : "node_cpu_seconds_total",
                    guest
                            ? "Seconds the CPUs spent in guests (VMs) for each mode."
                            : "Seconds the CPUs spent in each mode.",
                    seconds[i],
                    "cpu",
                    cpu,
                    "mode",
                    guest ? GUEST_MODES[i - MODES.length] : MODES[i]);
        }
    }

    /** Thermal throttling, once for each core and package; absent in virtual machines. */
    private static void throttles(HostFiles files, MetricSink out) throws IOException {
        Set<String> packages = new HashSet<>();
        Set<String> cores = new HashSet<>();
        for (Path cpu : HostFiles.entries(files.sys().resolve("devices/system/cpu"))) {
            Path counts = cpu.resolve("thermal_throttle");
            if (!CPU.matcher(HostFiles.name(cpu)).matches() || !Files.isDirectory(counts)) {
                continue;
            }
            Optional<String> socket = HostFiles.attribute(cpu.resolve("topology/physical_package_id"));
            Optional<String> core = HostFiles.attribute(cpu.resolve("topology/core_id"));
            if (socket.isEmpty() || core.isEmpty()) {
                continue;
            }
            OptionalDouble perCore = HostFiles.number(counts.resolve("core_throttle_count"));
            if (perCore.isPresent() && cores.add(socket.get() + ' ' + core.get())) {
                out.counter(
                        "node_cpu_core_throttles_total",
                        "Number of times this CPU core has been throttled.",
                        perCore.getAsDouble(),
                        "package",
                        socket.get(),
                        "core",
                        core.get());
            }
            OptionalDouble perPackage = HostFiles.number(counts.resolve("package_throttle_count"));
            if (perPackage.isPresent() && packages.add(socket.get())) {
                out.counter(
                        "node_cpu_package_throttles_total",
                        "Number of times this CPU package has been throttled.",
                        perPackage.getAsDouble(),
                        "package",
                        socket.get());
            }
        }
    }
}
