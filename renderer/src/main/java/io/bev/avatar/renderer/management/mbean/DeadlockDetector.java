package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.time.Ticker;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** Counts threads that wait for each other. Looking stops all threads for a moment, so an answer serves for ten seconds. */
final class DeadlockDetector {

    private static final long SERVES_NANOS = Duration.ofSeconds(10).toNanos();

    private final ThreadMXBean threads;
    private final Ticker ticker;
    private boolean looked;
    private long lookedNanos;
    private int found;

    DeadlockDetector(ThreadMXBean threads, Ticker ticker) {
        this.threads = threads;
        this.ticker = ticker;
    }

    synchronized int count() {
        long now = ticker.nanos();
        if (!looked || now - lookedNanos >= SERVES_NANOS) {
            long[] deadlocked = threads.findDeadlockedThreads();
            found = deadlocked == null ? 0 : deadlocked.length;
            lookedNanos = now;
            looked = true;
        }
        return found;
    }
}
