package io.bev.avatar.exporter.collector.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One line of {@code /proc/mounts}.
 *
 * @param device mounted device
 * @param mountPoint mount point
 * @param fsType file system type
 * @param readOnly whether it is mounted read-only
 */
record Mount(String device, String mountPoint, String fsType, boolean readOnly) {

    /** node_exporter's defaults: mounts of the kernel or a container engine, which hold no user files. */
    private static final Pattern EXCLUDED_MOUNT_POINTS =
            Pattern.compile("^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)");

    private static final Set<String> EXCLUDED_FS_TYPES = Set.of(
            "autofs",
            "binfmt_misc",
            "bpf",
            "cgroup",
            "cgroup2",
            "configfs",
            "debugfs",
            "devpts",
            "devtmpfs",
            "fusectl",
            "hugetlbfs",
            "iso9660",
            "mqueue",
            "nsfs",
            "overlay",
            "proc",
            "procfs",
            "pstore",
            "rpc_pipefs",
            "securityfs",
            "selinuxfs",
            "squashfs",
            "sysfs",
            "tracefs");

    /** Parses the reported mounts; each combination of device, mount point and type once. */
    static List<Mount> parse(String mounts) {
        Set<List<String>> seen = new LinkedHashSet<>();
        List<Mount> reported = new ArrayList<>();
        mounts.lines().forEach(line -> {
            String[] fields = Fields.split(line);
            if (fields.length < 4) {
                throw new IllegalArgumentException(
                        "found '" + line + "', expected device, mount point, type and options");
            }
            Mount mount = new Mount(
                    unescape(fields[0]),
                    unescape(fields[1]),
                    fields[2],
                    List.of(fields[3].split(",", -1)).contains("ro"));
            boolean excluded = EXCLUDED_FS_TYPES.contains(mount.fsType)
                    || EXCLUDED_MOUNT_POINTS.matcher(mount.mountPoint).find();
            if (!excluded && seen.add(List.of(mount.device, mount.mountPoint, mount.fsType))) {
                reported.add(mount);
            }
        });
        return reported;
    }

    /**
     * Decodes blanks, tabs, line breaks and backslashes, which are escaped as a backslash and three octal digits per
     * byte.
     */
    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        byte[] raw = field.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream plain = new ByteArrayOutputStream(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '\\' && i + 3 < raw.length && octal(raw[i + 1]) && octal(raw[i + 2]) && octal(raw[i + 3])) {
                plain.write((raw[i + 1] - '0') << 6 | (raw[i + 2] - '0') << 3 | (raw[i + 3] - '0'));
                i += 3;
            } else {
                plain.write(raw[i]);
            }
        }
        return plain.toString(StandardCharsets.UTF_8);
    }

    private static boolean octal(byte digit) {
        return digit >= '0' && digit <= '7';
    }
}
