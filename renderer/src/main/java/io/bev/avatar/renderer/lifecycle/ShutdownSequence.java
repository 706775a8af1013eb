package io.bev.avatar.renderer.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be undone, the latest first. A step that fails is reported and does not keep the others from running.
 * Thread-safe; the steps run once.
 */
public final class ShutdownSequence {

    private static final Logger log = LoggerFactory.getLogger(ShutdownSequence.class);
    private static final long SLOW_MILLIS = 300;

    /** One step. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    private record Named(String name, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();

    /** Adds a step that runs before those added until now. */
    public synchronized void push(String name, Step step) {
        steps.push(new Named(name, step));
    }

    /** Runs every step; a second caller waits and finds nothing left. */
    public synchronized void run() {
        while (!steps.isEmpty()) {
            Named next = steps.pop();
            long started = System.nanoTime();
            try {
                next.step().run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                log.error("shutdown: {} failed", next.name(), e);
            }
            long millis = (System.nanoTime() - started) / 1_000_000;
            if (millis > SLOW_MILLIS) {
                log.info("shutdown: {} took {} ms", next.name(), millis);
            }
        }
    }
}
