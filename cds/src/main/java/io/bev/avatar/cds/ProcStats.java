package io.bev.avatar.cds;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the kernel counts of one process. */
public final class ProcStats {

    /** The kernel's unit of CPU time in {@code /proc/PID/stat}: USER_HZ, 100 on every architecture that Linux has now. */
    private static final double TICK_SECONDS = 0.01;

    private final Path proc;

    /** @param proc the process's folder in a proc file system */
    ProcStats(Path proc) {
        this.proc = proc;
    }

    /** CPU time of all its threads since its start, in user and in kernel mode. */
    public double cpuSeconds() throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        // The name in parentheses may hold anything; the numbers begin behind its end.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_SECONDS;
    }

    /** Resident memory now. */
    public long residentBytes() throws IOException {
        return Files.readString(proc.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS in " + proc.resolve("status")));
    }

    /**
     * How long its threads of some names were ready to run and had no core, in nanoseconds since each one's start: other than
     * their running time it does not depend on how fast the core is.
     */
    public long waitedNanos(Predicate<String> threadName) throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path thread : threads) {
                nanos += waitedNanos(thread, threadName);
            }
        }
        return nanos;
    }

    private static long waitedNanos(Path thread, Predicate<String> name) {
        return text(thread, "comm")
                .map(String::strip)
                .filter(name)
                .flatMap(found -> text(thread, "schedstat"))
                .map(counts -> Long.parseLong(counts.split(" ", -1)[1]))
                .orElse(0L);
    }

    /** The niceness of the least nice of its threads, -20 to 19. */
    public int niceness() throws IOException {
        int least = Integer.MAX_VALUE;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path thread : threads) {
                Optional<String> stat = text(thread, "stat");
                if (stat.isPresent()) {
                    String[] fields = stat.get()
                            .substring(stat.get().lastIndexOf(')') + 2)
                            .split(" ", -1);
                    least = Math.min(least, Integer.parseInt(fields[16]));
                }
            }
        }
        return least;
    }

    /** Empty when the thread has ended: the kernel tells so in more than one way. */
    private static Optional<String> text(Path thread, String file) {
        try {
            return Optional.of(Files.readString(thread.resolve(file)));
        } catch (IOException endedMeanwhile) {
            return Optional.empty();
        }
    }

    public int threads() throws IOException {
        return entries("task");
    }

    /** Open file descriptors. */
    public int descriptors() throws IOException {
        return entries("fd");
    }

    /** Open sockets. */
    public int sockets() throws IOException {
        int sockets = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(proc.resolve("fd"))) {
            for (Path descriptor : open) {
                sockets += isSocket(descriptor) ? 1 : 0;
            }
        }
        return sockets;
    }

    private static boolean isSocket(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (NoSuchFileException closedMeanwhile) {
            return false;
        }
    }

    private int entries(String folder) throws IOException {
        try (Stream<Path> all = Files.list(proc.resolve(folder))) {
            return (int) all.count();
        }
    }
}
