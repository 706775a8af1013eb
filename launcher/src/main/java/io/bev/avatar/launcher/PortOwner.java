package io.bev.avatar.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The process that listens on a TCP port, found through {@code /proc/net/tcp} and the open files of the processes that this
 * user may inspect.
 *
 * @param pid its process id
 * @param name its command name
 */
record PortOwner(long pid, String name) {

    private static final String LISTEN = "0A";

    /** Whether anything listens on the port, on any local address. */
    static boolean isTaken(int port) {
        return !inodes(port).isEmpty();
    }

    /** The listener of the port; empty without one, or when it belongs to another user. */
    static Optional<PortOwner> of(int port) {
        Set<String> links = new HashSet<>();
        inodes(port).forEach(inode -> links.add("socket:[" + inode + "]"));
        if (links.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, links)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return Optional.of(
                            new PortOwner(Long.parseLong(process.getFileName().toString()), name));
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // the process ended meanwhile
        }
        return Optional.empty();
    }

    /** {@code redis-server, pid 812}, or a hint how to find it. */
    static String describe(int port) {
        return of(port).map(holder -> holder.name + ", pid " + holder.pid)
                .orElse("another user's process; `ss -ltnp` as root names it");
    }

    private static boolean holds(Path process, Set<String> links) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (links.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // ended, or not readable by this user
        }
        return false;
    }

    private static Set<String> inodes(int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        Set<String> found = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : linesOf(Path.of(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTEN)) {
                    found.add(columns[9]);
                }
            }
        }
        return found;
    }

    private static List<String> linesOf(Path table) {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            return List.of(); // a kernel without IPv6 has no tcp6
        }
    }
}
