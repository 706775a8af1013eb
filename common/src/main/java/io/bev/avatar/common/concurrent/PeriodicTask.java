package io.bev.avatar.common.concurrent;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something to be done again and again on a thread of its own, until closed. */
public final class PeriodicTask implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeriodicTask.class);

    /** What is done; an interrupt means that the exporter ends. */
    @FunctionalInterface
    public interface Task {
        void run() throws InterruptedException;
    }

    private final ScheduledExecutorService thread;

    /** @param pause from the end of one run to the start of the next */
    public PeriodicTask(String name, Duration pause, Task task) {
        thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            return made;
        });
        var unused = thread.scheduleWithFixedDelay(
                () -> once(name, task), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void once(String name, Task task) {
        try {
            task.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("{} failed and goes on", name, e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
