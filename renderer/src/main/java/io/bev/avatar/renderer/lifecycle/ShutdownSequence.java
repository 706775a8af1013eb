package io.bev.avatar.renderer.lifecycle;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be undone, in an order. A step that fails is reported and does not keep the others from running. */
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

    /** Adds a step after those before. */
    public ShutdownSequence then(String name, Step step) {
        steps.addLast(new Named(name, step));
        return this;
    }

    /** Runs every step once, in order. */
    public void run() {
        Named next = steps.pollFirst();
        while (next != null) {
            long started = System.nanoTime();
            try {
                next.step().run();
            } catch (Exception e) {
                log.error("shutdown: {} failed", next.name(), e);
            }
            long millis = (System.nanoTime() - started) / 1_000_000;
            if (millis > SLOW_MILLIS) {
                log.info("shutdown: {} took {} ms", next.name(), millis);
            }
            next = steps.pollFirst();
        }
    }
}
