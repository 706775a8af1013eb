package io.bev.avatar.common.concurrent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Task that runs periodically on its own daemon thread until closed. A run that fails with a runtime exception is logged
 * and does not end the task; an {@link Error} reaches the thread's uncaught exception handler.
 */
public final class PeriodicTask implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

    /** Unit of work; an interrupt means that the task is being closed. */
    @FunctionalInterface
    public interface Task {
        void run() throws InterruptedException;
    }

    private final String name;
    private final Task task;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);

    private PeriodicTask(String name, Duration delay, Duration pause, Task task) {
        this.name = name;
        this.task = task;
        this.thread = DaemonThreads.create(name, () -> runUntilClosed(delay, pause));
    }

    /**
     * Starts a task whose first run follows one pause.
     *
     * @param name name of the thread
     * @param pause delay from the end of one run to the start of the next
     */
    public static PeriodicTask start(String name, Duration pause, Task task) {
        return started(new PeriodicTask(name, pause, pause, task));
    }

    /** Starts a task whose first run is immediate; otherwise as {@link #start}. */
    public static PeriodicTask startNow(String name, Duration pause, Task task) {
        return started(new PeriodicTask(name, Duration.ZERO, pause, task));
    }

    private static PeriodicTask started(PeriodicTask created) {
        created.thread.start();
        return created;
    }

    private void runUntilClosed(Duration delay, Duration pause) {
        try {
            Duration next = delay;
            while (!closed.await(next.toNanos(), TimeUnit.NANOSECONDS)) {
                runOnce();
                next = pause;
            }
        } catch (InterruptedException e) {
            LOG.debug("Periodic task {} was interrupted and ends", name);
        }
    }

    private void runOnce() throws InterruptedException {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("Periodic task {} failed; it will run again", name, e);
        }
    }

    /** Interrupts a run in progress and does not wait for it. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }

    /** Waits at most {@code timeout} for a run in progress, then interrupts it. */
    public void close(Duration timeout) {
        closed.countDown();
        try {
            // A timeout of 0 would wait forever.
            thread.join(Math.max(1, timeout.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
