package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** Checks CPU, memory and disks with the ratios used by the alerts. */
final class SystemHealthCheck implements HealthCheck {

    static final String CHECK = "system";

    /** File system types that the alert rules exclude as well. */
    private static final Set<String> EXCLUDED_TYPES = Set.of("tmpfs", "ramfs", "squashfs", "iso9660");

    private final OptionalDouble cpu;

    /** @param cpu fraction of CPU time that was not idle, 0 to 1 */
    SystemHealthCheck(OptionalDouble cpu) {
        this.cpu = cpu;
    }

    @Override
    public HealthResult check(SampleLookup samples, Thresholds thresholds) {
        HealthResultBuilder result = new HealthResultBuilder(CHECK, thresholds);
        samples.error("host")
                .ifPresent(error -> result.warning(error.text(), "host metrics", "check exporter.proc-path"));
        if (cpu.isPresent()) {
            ratio(result, Signal.HOST_CPU, "cpu", cpu.getAsDouble(), "list the top consumers with 'top'");
        }
        samples.value("node_load1").ifPresent(load -> result.addSummary(String.format(Locale.ROOT, "load %.2f", load)));
        memory(samples, result);
        disks(samples, result);
        return result.build();
    }

    private static void memory(SampleLookup samples, HealthResultBuilder result) {
        OptionalDouble total = samples.value("node_memory_MemTotal_bytes");
        OptionalDouble available = samples.value("node_memory_MemAvailable_bytes");
        if (total.isEmpty() || available.isEmpty()) {
            return;
        }
        String remedy = "list the top consumers with 'ps aux --sort=-rss | head'";
        ratio(result, Signal.HOST_MEMORY, "memory", 1 - available.getAsDouble() / total.getAsDouble(), remedy);
        result.value(Signal.HOST_MEMORY_AVAILABLE.key(), available.getAsDouble());
        result.addSummary(Signal.HOST_MEMORY_AVAILABLE.format(available.getAsDouble()) + " available");
        result.checkThreshold(Signal.HOST_MEMORY_AVAILABLE, available.getAsDouble(), "available memory", remedy);
    }

    private static void disks(SampleLookup samples, HealthResultBuilder result) {
        Set<String> seen = new HashSet<>();
        double maxUsed = -1;
        String maxMount = "";
        for (Sample size : samples.all("node_filesystem_size_bytes")) {
            String mount = size.label("mountpoint");
            OptionalDouble available = samples.value("node_filesystem_avail_bytes", "mountpoint", mount);
            boolean included = !EXCLUDED_TYPES.contains(size.label("fstype")) && size.value() > 0;
            if (!included || available.isEmpty() || !seen.add(mount)) {
                continue;
            }
            double used = 1 - available.getAsDouble() / size.value();
            result.value("disk_ratio:" + mount, used);
            result.checkThreshold(
                    Signal.DISK,
                    used,
                    "use of " + mount,
                    "free disk space; find large directories with 'du -xh --max-depth=2 " + mount + " | sort -h'");
            if (used > maxUsed) {
                maxUsed = used;
                maxMount = mount;
            }
        }
        if (maxUsed >= 0) {
            result.addSummary("disk " + maxMount + " " + Signal.DISK.format(maxUsed));
        }
    }

    private static void ratio(HealthResultBuilder result, Signal signal, String what, double value, String remedy) {
        result.value(signal.key(), value);
        result.addSummary(what + " " + signal.format(value));
        result.checkThreshold(signal, value, "use of " + what, remedy);
    }
}
