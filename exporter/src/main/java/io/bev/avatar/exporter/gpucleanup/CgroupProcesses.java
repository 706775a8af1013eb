package io.bev.avatar.exporter.gpucleanup;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Determines the systemd unit and invocation of a process from procfs. */
final class CgroupProcesses {

    private static final String RUN = "INVOCATION_ID=";

    /** Limit of the environment of a process; Linux allows 2 MiB unless the stack limit is raised. */
    private static final int MAX_BYTES = 4 << 20;

    private final Path proc;

    /** @param proc the kernel's process tree, {@code /proc} */
    CgroupProcesses(Path proc) {
        this.proc = proc;
    }

    /**
     * Whether the process is in the control group of the system's {@code unit}; false if the process has exited or is
     * hidden.
     */
    boolean belongs(long pid, String unit) {
        return text(pid, "cgroup").map(groups -> names(groups, unit)).orElse(false);
    }

    /**
     * Whether the first service or scope in a path of {@code /proc/PID/cgroup} is the unit. A unit of that name in a
     * container or a user manager is preceded by the unit of its manager.
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

    /**
     * InvocationID of the run that started the process; empty if unreadable, for example for another user's process.
     */
    Optional<String> invocationId(long pid) {
        return text(pid, "environ").flatMap(environment -> {
            for (String entry : environment.split("\0", -1)) {
                if (entry.startsWith(RUN)) {
                    return Optional.of(entry.substring(RUN.length()));
                }
            }
            return Optional.empty();
        });
    }

    /** Command name; empty if the process has exited. */
    String name(long pid) {
        return text(pid, "comm").orElse("").strip();
    }

    private Optional<String> text(long pid, String file) {
        try {
            byte[] bytes =
                    BoundedFiles.readBytes(proc.resolve(Long.toString(pid)).resolve(file), MAX_BYTES);
            return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // The process has exited or belongs to another user.
            return Optional.empty();
        }
    }
}
