package io.bev.avatar.launcher.program;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the kernel counts of one process. */
public final class ProcessFigures {

    /** The kernel's unit of CPU time in {@code /proc/PID/stat}: USER_HZ, 100 on every architecture that Linux has now. */
    private static final double TICK_SECONDS = 0.01;

    private final Path proc;

    /** @param proc the process's folder in a proc file system */
    ProcessFigures(Path proc) {
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

    private static long waitedNanos(Path thread, Predicate<String> name) throws IOException {
        try {
            return name.test(Files.readString(thread.resolve("comm")).strip())
                    ? Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", -1)[1])
                    : 0;
        } catch (NoSuchFileException endedMeanwhile) {
            return 0;
        }
    }

    /** The niceness of the least nice of its threads, -20 to 19. */
    public int niceness() throws IOException {
        int least = Integer.MAX_VALUE;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                least = Math.min(
                        least,
                        Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]));
            }
        }
        return least;
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
