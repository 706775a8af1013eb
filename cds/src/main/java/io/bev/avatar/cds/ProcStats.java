package io.bev.avatar.cds;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Statistics of one process from procfs. */
public final class ProcStats {

    /** Unit of CPU time in {@code /proc/PID/stat}: USER_HZ, 100 on all current Linux architectures. */
    private static final double TICK_SECONDS = 0.01;

    private final Path proc;

    /** @param proc directory of the process in procfs */
    ProcStats(Path proc) {
        this.proc = proc;
    }

    /** CPU time of all threads since the start of the process, user and system. */
    public double cpuSeconds() throws IOException {
        String stat = Files.readString(proc.resolve("stat"));
        // The name in parentheses may contain anything; the numbers start after it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_SECONDS;
    }

    /** Current resident memory. */
    public long residentBytes() throws IOException {
        return Files.readString(proc.resolve("status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS in " + proc.resolve("status")));
    }

    /**
     * Run-queue wait of the threads that match {@code threadName} since their start: ready to run without a core.
     * Unlike CPU time it does not depend on the speed of the core.
     */
    public long runQueueWaitNanos(Predicate<String> threadName) throws IOException {
        long nanos = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path thread : threads) {
                nanos += runQueueWaitNanos(thread, threadName);
            }
        }
        return nanos;
    }

    private static long runQueueWaitNanos(Path thread, Predicate<String> name) {
        return text(thread, "comm")
                .map(String::strip)
                .filter(name)
                .flatMap(found -> text(thread, "schedstat"))
                .map(counts -> Long.parseLong(counts.split(" ", -1)[1]))
                .orElse(0L);
    }

    /** The lowest niceness among its threads, -20 to 19. */
    public int niceness() throws IOException {
        int lowest = Integer.MAX_VALUE;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
            for (Path thread : threads) {
                Optional<String> stat = text(thread, "stat");
                if (stat.isPresent()) {
                    String[] fields = stat.get()
                            .substring(stat.get().lastIndexOf(')') + 2)
                            .split(" ", -1);
                    lowest = Math.min(lowest, Integer.parseInt(fields[16]));
                }
            }
        }
        return lowest;
    }

    /** Empty when the thread has ended, which the kernel reports as different errors. */
    private static Optional<String> text(Path thread, String file) {
        try {
            return Optional.of(Files.readString(thread.resolve(file)));
        } catch (IOException threadEnded) {
            return Optional.empty();
        }
    }

    public int threads() throws IOException {
        return entries("task");
    }

    /** Open file openFiles. */
    public int openFiles() throws IOException {
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
        } catch (NoSuchFileException closed) {
            return false;
        }
    }

    private int entries(String directory) throws IOException {
        try (Stream<Path> all = Files.list(proc.resolve(directory))) {
            return (int) all.count();
        }
    }
}
