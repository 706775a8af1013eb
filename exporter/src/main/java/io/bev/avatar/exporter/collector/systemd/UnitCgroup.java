package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of a unit's control group that systemd does not report on D-Bus (kernel document: admin-guide/cgroup-v2). What
 * the kernel does not provide is absent: a kernel without PSI, cgroup v1, a controller that is not enabled, a unit that
 * has ended.
 */
final class UnitCgroup {

    private static final Pattern PRESSURE = Pattern.compile("(?m)^(some|full) .*total=(\\d+)$");

    private final Path root;

    /** @param sys path of sysfs, usually {@code /sys} */
    UnitCgroup(Path sys) {
        root = sys.resolve("fs/cgroup");
    }

    /**
     * Time that processes lost because a resource was short.
     *
     * @param resource {@code cpu}, {@code io} or {@code memory}
     * @param waitingSeconds time in which some process waited
     * @param stalledSeconds time in which all processes waited; empty for a kernel that does not report it
     */
    record Pressure(String resource, double waitingSeconds, OptionalDouble stalledSeconds) {}

    /** Pressure on each resource; none where the kernel does not report it. */
    List<Pressure> pressure(String controlGroup) {
        List<Pressure> found = new ArrayList<>();
        for (String resource : List.of("cpu", "io", "memory")) {
            OptionalDouble some = OptionalDouble.empty();
            OptionalDouble full = OptionalDouble.empty();
            Matcher line = PRESSURE.matcher(
                    read(unified(), controlGroup, resource + ".pressure").orElse(""));
            while (line.find()) {
                OptionalDouble seconds = OptionalDouble.of(Double.parseDouble(line.group(2)) / 1e6);
                if (line.group(1).equals("some")) {
                    some = seconds;
                } else {
                    full = seconds;
                }
            }
            if (some.isPresent()) {
                found.add(new Pressure(resource, some.getAsDouble(), full));
            }
        }
        return found;
    }

    /** Highest memory usage since the control group was created, bytes; Linux 5.19 and later, or cgroup v1. */
    OptionalDouble memoryPeakBytes(String controlGroup) {
        Optional<String> text = read(unified(), controlGroup, "memory.peak");
        if (text.isEmpty()) {
            text = read(root.resolve("memory"), controlGroup, "memory.max_usage_in_bytes");
        }
        return text.map(String::strip).filter(value -> value.matches("\\d{1,19}")).stream()
                .mapToDouble(Double::parseDouble)
                .findFirst();
    }

    /** Mount point of cgroup v2: beside those of v1 in the hybrid layout. */
    private Path unified() {
        return Files.exists(root.resolve("cgroup.controllers")) ? root : root.resolve("unified");
    }

    private static Optional<String> read(Path hierarchy, String controlGroup, String file) {
        if (controlGroup.isEmpty()) {
            return Optional.empty();
        }
        try {
            // Without the leading slash, the root of the hierarchy.
            Path directory = hierarchy.resolve(controlGroup.substring(1));
            return Optional.of(new String(BoundedFiles.readBytes(directory.resolve(file)), StandardCharsets.US_ASCII));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
