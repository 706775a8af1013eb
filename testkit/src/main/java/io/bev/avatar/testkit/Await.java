package io.bev.avatar.testkit;

import java.util.function.BooleanSupplier;

/** Waits for a condition made true by another thread or process. */
public final class Await {

    private static final long LIMIT_NANOS = 20_000_000_000L;

    private Await() {}

    /** Returns once {@code condition} holds; fails after a generous timeout. */
    public static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("still not: " + what);
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for: " + what, e);
            }
        }
    }
}
