package io.bev.avatar.launcher;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.process.SchedulingPriority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Creates the class archives beside the running services, at the lowest priority, so that only the next start profits and this
 * one does not wait.
 */
final class ArchiveTraining {

    private static final int NICENESS = 19;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    /** Work that can be interrupted and then ends the processes that it started. */
    @FunctionalInterface
    interface Run {
        /** @return whether archives were created; false if they were up to date */
        boolean run() throws IOException, InterruptedException;
    }

    private final Console console;
    private final Run run;
    private final Thread thread;
    private volatile boolean stopping;

    private ArchiveTraining(Console console, Run run) {
        this.console = console;
        this.run = run;
        this.thread = DaemonThreads.create("class-archives", this::train);
    }

    static ArchiveTraining start(Console console, Run run) {
        ArchiveTraining training = new ArchiveTraining(console, run);
        training.thread.start();
        return training;
    }

    private void train() {
        try {
            // Child processes inherit the priority of the thread that starts them.
            new SchedulingPriority(NICENESS).applyToThread();
            if (run.run()) {
                console.note("prepared", "class archives: the next start is faster");
            }
        } catch (IOException | UncheckedIOException e) {
            if (!stopping) {
                console.warn("preparing", "class archives not created, starts take longer: " + e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the services are stopping
        }
    }

    /** Ends an unfinished run and its processes. */
    void stop() throws InterruptedException {
        stopping = true;
        thread.interrupt();
        thread.join(STOP_TIMEOUT.toMillis());
    }
}
