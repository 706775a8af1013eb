package io.bev.avatar.common.concurrent;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Task that runs periodically on its own daemon thread until closed. */
public final class PeriodicTask implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

    /** Unit of work; an interrupt means that the exporter is stopping. */
    @FunctionalInterface
    public interface Task {
        void run() throws InterruptedException;
    }

    private final ScheduledExecutorService thread;

    /** @param pause delay from the end of one run to the start of the next */
    public PeriodicTask(String name, Duration pause, Task task) {
        thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread created = new Thread(work, name);
            created.setDaemon(true);
            return created;
        });
        var unused = thread.scheduleWithFixedDelay(
                () -> runSafely(name, task), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void runSafely(String name, Task task) {
        try {
            task.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("Periodic task {} failed; it will run again", name, e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
