package io.bev.avatar.renderer.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shutdown steps, run in reverse order of registration. A failed step is logged and does not prevent the others from
 * running. Thread-safe; each step runs once.
 */
public final class ShutdownSequence {

    private static final Logger LOG = LoggerFactory.getLogger(ShutdownSequence.class);
    private static final long SLOW_MILLIS = 300;

    /** One step. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private record Named(String name, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();

    /** Adds a step that runs before all steps added so far. */
    public synchronized void push(String name, Step step) {
        steps.push(new Named(name, step));
    }

    /** Runs all steps; a concurrent caller waits and then has nothing to run. */
    public synchronized void run() {
        while (!steps.isEmpty()) {
            Named next = steps.pop();
            long started = System.nanoTime();
            try {
                next.step().run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.error("shutdown step '{}' failed", next.name(), e);
            }
            long millis = (System.nanoTime() - started) / 1_000_000;
            if (millis > SLOW_MILLIS) {
                LOG.info("shutdown step '{}' took {} ms", next.name(), millis);
            }
        }
    }
}
