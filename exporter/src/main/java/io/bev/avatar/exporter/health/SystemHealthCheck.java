package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** Processor, memory and disks, in the ratios that the alerts use. */
final class SystemHealthCheck implements HealthCheck {

    static final String CHECK = "system";

    /** File systems that the rules leave out as well. */
    private static final Set<String> LEFT_OUT = Set.of("tmpfs", "ramfs", "squashfs", "iso9660");

    private final OptionalDouble cpu;

    /** @param cpu share of processor time that was not idle, 0 to 1 */
    SystemHealthCheck(OptionalDouble cpu) {
        this.cpu = cpu;
    }

    @Override
    public HealthResult judge(SampleLookup readings, Thresholds limits) {
        HealthResultBuilder verdict = new HealthResultBuilder(CHECK, limits);
        readings.error("host")
                .ifPresent(error -> verdict.warning(error, "readings of the host", "see exporter.proc-path"));
        if (cpu.isPresent()) {
            ratio(verdict, Signal.HOST_CPU, "cpu", cpu.getAsDouble(), "see 'top' for what uses it");
        }
        readings.value("node_load1").ifPresent(load -> verdict.note(String.format(Locale.ROOT, "load %.2f", load)));
        memory(readings, verdict);
        disks(readings, verdict);
        return verdict.result();
    }

    private static void memory(SampleLookup readings, HealthResultBuilder verdict) {
        OptionalDouble total = readings.value("node_memory_MemTotal_bytes");
        OptionalDouble available = readings.value("node_memory_MemAvailable_bytes");
        if (total.isEmpty() || available.isEmpty()) {
            return;
        }
        String remedy = "see 'ps aux --sort=-rss | head' for what uses it";
        ratio(verdict, Signal.HOST_MEMORY, "memory", 1 - available.getAsDouble() / total.getAsDouble(), remedy);
        verdict.value(Signal.HOST_MEMORY_AVAILABLE.key(), available.getAsDouble());
        verdict.note(Signal.HOST_MEMORY_AVAILABLE.words(available.getAsDouble()) + " available");
        verdict.hold(Signal.HOST_MEMORY_AVAILABLE, available.getAsDouble(), "available memory", remedy);
    }

    private static void disks(SampleLookup readings, HealthResultBuilder verdict) {
        Set<String> seen = new HashSet<>();
        double fullest = -1;
        String where = "";
        for (Sample size : readings.all("node_filesystem_size_bytes")) {
            String mount = SampleLookup.label(size, "mountpoint");
            OptionalDouble available = readings.value("node_filesystem_avail_bytes", "mountpoint", mount);
            boolean judged = !LEFT_OUT.contains(SampleLookup.label(size, "fstype")) && size.value > 0;
            if (!judged || available.isEmpty() || !seen.add(mount)) {
                continue;
            }
            double used = 1 - available.getAsDouble() / size.value;
            verdict.value("disk_ratio:" + mount, used);
            verdict.hold(
                    Signal.DISK,
                    used,
                    "use of " + mount,
                    "remove what is not needed there: 'du -xh --max-depth=2 " + mount + " | sort -h'");
            if (used > fullest) {
                fullest = used;
                where = mount;
            }
        }
        if (fullest >= 0) {
            verdict.note("disk " + where + " " + Signal.DISK.words(fullest));
        }
    }

    private static void ratio(HealthResultBuilder verdict, Signal signal, String what, double value, String remedy) {
        verdict.value(signal.key(), value);
        verdict.note(what + " " + signal.words(value));
        verdict.hold(signal, value, "use of " + what, remedy);
    }
}
