package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.time.Ticker;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/** Counts deadlocked threads. The check briefly stops all threads, so its result is cached for ten seconds. */
final class DeadlockDetector {

    private static final long CACHE_NANOS = Duration.ofSeconds(10).toNanos();

    private final ThreadMXBean threads;
    private final Ticker ticker;
    private boolean checked;
    private long checkedNanos;
    private int found;

    DeadlockDetector(ThreadMXBean threads, Ticker ticker) {
        this.threads = threads;
        this.ticker = ticker;
    }

    synchronized int count() {
        long now = ticker.nanos();
        if (!checked || now - checkedNanos >= CACHE_NANOS) {
            long[] deadlocked = threads.findDeadlockedThreads();
            found = deadlocked == null ? 0 : deadlocked.length;
            checkedNanos = now;
            checked = true;
        }
        return found;
    }
}
