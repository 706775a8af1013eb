package io.bev.avatar.exporter.collector.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Names processes from the kernel's process tree. */
final class ProcessNames {

    private final Path proc;

    ProcessNames(Path proc) {
        this.proc = proc;
    }

    /** The command's name, empty when the process is gone or hidden from us. */
    String name(int pid) {
        return read(pid, "comm").strip();
    }

    /** The systemd unit (service or scope) that the process belongs to, empty when there is none. */
    String unit(int pid) {
        String found = "";
        for (String line : read(pid, "cgroup").split("\n", -1)) {
            // hierarchy:controllers:path; systemd's is the unified "0::" or the old "name=systemd".
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
            return Files.readString(proc.resolve(Integer.toUnsignedString(pid)).resolve(file));
        } catch (IOException gone) {
            return "";
        }
    }
}
