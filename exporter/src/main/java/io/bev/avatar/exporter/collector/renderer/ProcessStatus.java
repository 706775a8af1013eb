package io.bev.avatar.exporter.collector.renderer;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * State of a process, from procfs (proc(5)).
 *
 * @param startTicks start time in clock ticks since boot, which with the PID identifies a process
 * @param startSeconds Unix time of the start; empty if the boot time is unknown
 * @param cpuSeconds CPU time of all threads, user and system
 * @param minorFaults page faults without reading from disk
 * @param majorFaults page faults that read from disk
 * @param residentBytes empty for a process that is ending
 * @param virtualBytes empty for a process that is ending
 * @param openFiles open file descriptors; empty if this user may not count them, which before Linux 6.2 needs the
 *     process's own user or root
 * @param maxFiles soft limit of open file descriptors; empty without a limit
 */
record ProcessStatus(
        int pid,
        long startTicks,
        OptionalDouble startSeconds,
        double cpuSeconds,
        long minorFaults,
        long majorFaults,
        long threads,
        OptionalLong residentBytes,
        OptionalLong virtualBytes,
        OptionalLong openFiles,
        OptionalLong maxFiles) {

    /** USER_HZ, 100 on all current Linux architectures. */
    private static final double TICKS_PER_SECOND = 100;

    /** Positions in stat after the name in parentheses, which may contain anything. */
    private static final int MINOR_FAULTS = 7;

    private static final int MAJOR_FAULTS = 9;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int THREADS = 17;
    private static final int START_TICKS = 19;

    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");
    private static final Pattern VIRTUAL = Pattern.compile("(?m)^VmSize:\\s*(\\d+) kB$");
    private static final Pattern MAX_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)\\s");
    private static final Pattern BOOT_TIME = Pattern.compile("(?m)^btime (\\d+)$");

    /**
     * Reads a process; empty if it does not exist.
     *
     * @param earlier an earlier state; of the same process, its start time is kept, which would follow changes of the
     *     clock
     * @throws IllegalArgumentException when a file is malformed
     */
    static Optional<ProcessStatus> read(Path proc, int pid, @Nullable ProcessStatus earlier) throws IOException {
        Path process = proc.resolve(Integer.toString(pid));
        Optional<String> stat = text(process.resolve("stat"));
        if (stat.isEmpty()) {
            return Optional.empty();
        }
        String[] fields =
                stat.get().substring(stat.get().lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields.length <= START_TICKS) {
            throw new IllegalArgumentException(
                    process + "/stat: found '" + stat.get().strip() + "', expected 52 fields");
        }
        long startTicks = Long.parseLong(fields[START_TICKS]);
        boolean same = earlier != null && earlier.pid == pid && earlier.startTicks == startTicks;
        String status = text(process.resolve("status")).orElse("");
        return Optional.of(new ProcessStatus(
                pid,
                startTicks,
                same && earlier != null ? earlier.startSeconds : startSeconds(proc, startTicks),
                (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND,
                Long.parseLong(fields[MINOR_FAULTS]),
                Long.parseLong(fields[MAJOR_FAULTS]),
                Long.parseLong(fields[THREADS]),
                kilobytes(RESIDENT, status),
                kilobytes(VIRTUAL, status),
                openFiles(process.resolve("fd")),
                number(MAX_FILES, text(process.resolve("limits")).orElse(""))));
    }

    private static OptionalDouble startSeconds(Path proc, long startTicks) throws IOException {
        OptionalLong boot = number(BOOT_TIME, text(proc.resolve("stat")).orElse(""));
        return boot.isPresent()
                ? OptionalDouble.of(boot.getAsLong() + startTicks / TICKS_PER_SECOND)
                : OptionalDouble.empty();
    }

    private static OptionalLong openFiles(Path descriptors) {
        try {
            // Linux 6.2 and later report the number as the size, also to other users.
            long size = Files.size(descriptors);
            return OptionalLong.of(size > 0 ? size : count(descriptors));
        } catch (IOException notAllowed) {
            return OptionalLong.empty();
        }
    }

    private static long count(Path directory) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path ignored : entries) {
                count++;
            }
        }
        return count;
    }

    private static OptionalLong kilobytes(Pattern line, String status) {
        OptionalLong value = number(line, status);
        return value.isPresent() ? OptionalLong.of(value.getAsLong() << 10) : value;
    }

    private static OptionalLong number(Pattern line, String text) {
        Matcher found = line.matcher(text);
        return found.find() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
    }

    /** Content of a file of procfs; empty when the process has ended, which the kernel reports as different errors. */
    private static Optional<String> text(Path file) throws IOException {
        try {
            return Optional.of(new String(BoundedFiles.readBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
