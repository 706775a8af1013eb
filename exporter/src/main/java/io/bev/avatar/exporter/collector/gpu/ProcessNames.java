package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Looks up names and systemd units of processes in procfs. */
final class ProcessNames {

    private final Path proc;

    ProcessNames(Path proc) {
        this.proc = proc;
    }

    /** The command name; empty when the process has ended or is hidden. */
    String name(int pid) {
        return read(pid, "comm").strip();
    }

    /** The systemd unit (service or scope) of the process; empty without one. */
    String unit(int pid) {
        String found = "";
        for (String line : read(pid, "cgroup").split("\n", -1)) {
            // hierarchy:controllers:path; systemd uses the unified "0::" (cgroup v2) or "name=systemd" (v1).
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && (parts[1].isEmpty() || parts[1].equals("name=systemd"))) {
                found = innermostUnit(parts[2], found);
            }
        }
        return found;
    }

    private static String innermostUnit(String path, String fallback) {
        String unit = fallback;
        for (String step : path.split("/", -1)) {
            if (step.endsWith(".service") || step.endsWith(".scope")) {
                unit = step;
            }
        }
        return unit;
    }

    private String read(int pid, String file) {
        try {
            byte[] bytes = BoundedFiles.readBytes(
                    proc.resolve(Integer.toUnsignedString(pid)).resolve(file));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }
}
