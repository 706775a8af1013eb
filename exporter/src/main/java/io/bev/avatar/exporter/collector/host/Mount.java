package io.bev.avatar.exporter.collector.host;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One line of {@code /proc/mounts}. A mount point is a sequence of bytes without a charset.
 *
 * @param device mounted device
 * @param rawMountPoint mount point, one char for each byte
 * @param fsType file system type
 * @param readOnly whether it is mounted read-only
 */
record Mount(String device, String rawMountPoint, String fsType, boolean readOnly) {

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
    static List<Mount> parse(byte[] mounts, HostFiles files) {
        Set<List<String>> seen = new LinkedHashSet<>();
        List<Mount> reported = new ArrayList<>();
        files.eachLine(new String(mounts, StandardCharsets.ISO_8859_1), line -> {
            String[] fields = line.split(" ", -1);
            if (fields.length < 4) {
                throw new IllegalArgumentException(
                        "found '" + line + "', expected device, mount point, type and options");
            }
            Mount mount = new Mount(
                    text(unescape(fields[0])),
                    unescape(fields[1]),
                    text(fields[2]),
                    List.of(fields[3].split(",", -1)).contains("ro"));
            boolean excluded = EXCLUDED_FS_TYPES.contains(mount.fsType)
                    || EXCLUDED_MOUNT_POINTS.matcher(mount.mountPoint()).find();
            if (!excluded && seen.add(List.of(mount.device, mount.rawMountPoint, mount.fsType))) {
                reported.add(mount);
            }
        });
        return reported;
    }

    /** Mount point as a label. */
    String mountPoint() {
        return text(rawMountPoint);
    }

    /** Mount point as the kernel knows it. */
    byte[] path() {
        return rawMountPoint.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether the file system is on a local disk or in memory, so that a query hardly ever blocks. */
    boolean local() {
        return device.startsWith("/dev/") || fsType.equals("tmpfs") || fsType.equals("ramfs");
    }

    private static String text(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Decodes blanks, tabs, line feeds, backslashes and {@code #}, which the kernel escapes as three octal digits. */
    private static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder plain = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\'
                    && i + 3 < field.length()
                    && octal(field.charAt(i + 1))
                    && octal(field.charAt(i + 2))
                    && octal(field.charAt(i + 3))) {
                plain.append((char) (Integer.parseInt(field, i + 1, i + 4, 8) & 0xff));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private static boolean octal(char digit) {
        return digit >= '0' && digit <= '7';
    }
}
