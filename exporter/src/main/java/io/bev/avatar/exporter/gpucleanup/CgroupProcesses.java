package io.bev.avatar.exporter.gpucleanup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells from the kernel's process tree to which systemd unit, and to which of its runs, a process belongs. */
final class CgroupProcesses {

    private static final String RUN = "INVOCATION_ID=";

    private final Path proc;

    /** @param proc the kernel's process tree, {@code /proc} */
    CgroupProcesses(Path proc) {
        this.proc = proc;
    }

    /** Whether the process is in the control group of the system's {@code unit}; false when it is gone or hidden. */
    boolean belongs(long pid, String unit) {
        return text(pid, "cgroup").map(groups -> names(groups, unit)).orElse(false);
    }

    /**
     * Whether {@code /proc/PID/cgroup} names the unit as the first service or scope of its path: a container's or a user's unit of
     * that name has another one, of its manager, before it.
     */
    static boolean names(String groups, String unit) {
        for (String line : groups.split("\n", -1)) {
            // hierarchy:controllers:path; systemd's is the unified "0::" or the old "name=systemd".
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && (parts[1].isEmpty() || parts[1].equals("name=systemd"))) {
                for (String step : parts[2].split("/", -1)) {
                    if (step.endsWith(".service") || step.endsWith(".scope")) {
                        return step.equals(unit);
                    }
                }
            }
        }
        return false;
    }

    /** The id that systemd gave the run which started the process; empty when it cannot be read, as a stranger's. */
    Optional<String> run(long pid) {
        return text(pid, "environ").flatMap(environment -> {
            for (String entry : environment.split("\0", -1)) {
                if (entry.startsWith(RUN)) {
                    return Optional.of(entry.substring(RUN.length()));
                }
            }
            return Optional.empty();
        });
    }

    /** The command's name; empty when the process is gone. */
    String name(long pid) {
        return text(pid, "comm").orElse("").strip();
    }

    private Optional<String> text(long pid, String file) {
        try {
            return Optional.of(
                    Files.readString(proc.resolve(Long.toString(pid)).resolve(file), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // Gone, or somebody else's.
            return Optional.empty();
        }
    }
}
