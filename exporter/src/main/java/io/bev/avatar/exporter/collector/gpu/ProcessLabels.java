package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Labels of a GPU process, from procfs: command name, user, systemd unit, container and pod. What cannot be read is
 * empty: the process has ended, is hidden by {@code hidepid}, or runs in another PID namespace.
 */
final class ProcessLabels {

    private static final String UID = "Uid:";

    private final Path proc;
    private final Path passwd;
    private @Nullable FileTime passwdTime;
    private Map<String, String> users = Map.of();

    /**
     * @param proc path of procfs
     * @param passwd passwd(5), for the names of users; a user that is not in it is reported by number
     */
    ProcessLabels(Path proc, Path passwd) {
        this.proc = proc;
        this.passwd = passwd;
    }

    /** Names and values of the labels {@code pid, name, user, unit, container_id, pod_uid}, alternating. */
    String[] of(int pid, String... more) {
        ProcessCgroup cgroup = ProcessCgroup.parse(read(pid, "cgroup"));
        String[] labels = new String[12 + more.length];
        String[] own = {
            "pid",
            Integer.toUnsignedString(pid),
            "name",
            read(pid, "comm").strip(),
            "user",
            user(pid),
            "unit",
            cgroup.unit(),
            "container_id",
            cgroup.containerId(),
            "pod_uid",
            cgroup.podUid()
        };
        System.arraycopy(own, 0, labels, 0, own.length);
        System.arraycopy(more, 0, labels, own.length, more.length);
        return labels;
    }

    private String user(int pid) {
        for (String line : read(pid, "status").split("\n", -1)) {
            if (line.startsWith(UID)) {
                String uid = line.substring(UID.length()).strip().split("\\s", 2)[0];
                return users().getOrDefault(uid, uid);
            }
        }
        return "";
    }

    /** Names by number, read again when the file has changed; empty while it cannot be read. */
    private Map<String, String> users() {
        try {
            FileTime time = Files.getLastModifiedTime(passwd);
            if (!time.equals(passwdTime)) {
                Map<String, String> read = new HashMap<>();
                for (String line : text(BoundedFiles.readBytes(passwd)).split("\n", -1)) {
                    String[] fields = line.split(":", 4);
                    if (fields.length == 4) {
                        read.putIfAbsent(fields[2], fields[0]);
                    }
                }
                users = read;
                passwdTime = time;
            }
        } catch (IOException unreadable) {
            passwdTime = null;
            users = Map.of();
        }
        return users;
    }

    private String read(int pid, String file) {
        try {
            return text(BoundedFiles.readBytes(
                    proc.resolve(Integer.toUnsignedString(pid)).resolve(file)));
        } catch (IOException gone) {
            return "";
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
