package io.bev.avatar.common.process;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lowers the scheduling priority of threads: niceness, a smaller share of a contended core, and {@code SCHED_BATCH}, which keeps them
 * from taking a core from a thread that runs and gives theirs to one that wakes. They still get their share (a tenth at
 * niceness 10), so that a busy machine slows them and does not stop them, as {@code SCHED_IDLE} would. Needs no privilege, and
 * never makes a thread less nice than it is. Linux only.
 */
public final class SchedulingPriority {

    private static final Path TASKS = Path.of("/proc/self/task");
    /** Sessions are scheduled against each other where the kernel groups by them; this is their niceness. */
    private static final Path GROUP = Path.of("/proc/self/autogroup");

    private final LibC libc;
    private final int niceness;

    /**
     * @param niceness 1 to 19
     * @throws IOException when the C library cannot be called
     */
    public SchedulingPriority(int niceness) throws IOException {
        if (niceness < 1 || niceness > 19) {
            throw new IllegalArgumentException("niceness " + niceness + ": expected 1 to 19");
        }
        this.niceness = niceness;
        try {
            libc = Native.load("c", LibC.class);
        } catch (UnsatisfiedLinkError e) {
            throw new IOException("the C library cannot be called: " + e.getMessage(), e);
        }
    }

    /**
     * Applies to the calling thread, and to the threads that it starts from now on.
     *
     * @throws IOException when the kernel does not permit it
     */
    public void applyToThread() throws IOException {
        boolean unused = apply(0);
    }

    /**
     * Applies to every thread of this process, including those of the JVM, and to its session if it leads one.
     *
     * @throws IOException when the kernel does not permit it
     */
    public void applyToProcess() throws IOException {
        applyToThreads();
        if (Files.exists(GROUP) && libc.getsid(0) == ProcessHandle.current().pid()) {
            Files.writeString(GROUP, Integer.toString(niceness));
        }
    }

    /**
     * Applies to every thread of this process, including those of the JVM, and to the threads that they start from now on.
     *
     * @throws IOException when the kernel does not permit it
     */
    public void applyToThreads() throws IOException {
        // Again until nothing is left to do: a thread that was not nice yet may have started another.
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int thread : threads()) {
                changed |= applyIfThere(thread);
            }
        }
    }

    private static List<Integer> threads() throws IOException {
        try (Stream<Path> all = Files.list(TASKS)) {
            return all.map(path -> Integer.valueOf(path.getFileName().toString()))
                    .toList();
        }
    }

    private boolean applyIfThere(int thread) throws IOException {
        try {
            return apply(thread);
        } catch (IOException e) {
            if (Files.exists(TASKS.resolve(Integer.toString(thread)))) {
                throw e;
            }
            return false;
        }
    }

    /** Whether something changed. */
    private boolean apply(int thread) throws IOException {
        try {
            boolean change = libc.sched_getscheduler(thread) == LibC.SCHED_OTHER;
            if (change) {
                libc.sched_setscheduler(thread, LibC.SCHED_BATCH, new int[] {0});
            }
            if (libc.getpriority(LibC.PRIO_PROCESS, thread) < niceness) {
                libc.setpriority(LibC.PRIO_PROCESS, thread, niceness);
                change = true;
            }
            return change;
        } catch (LastErrorException e) {
            throw new IOException("thread " + thread + ": niceness cannot be changed: " + e.getMessage(), e);
        }
    }
}
