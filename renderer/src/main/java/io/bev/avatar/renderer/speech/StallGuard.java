package io.bev.avatar.renderer.speech;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Aborts work that makes no progress. Its thread ends with {@link #close}. */
final class StallGuard implements AutoCloseable {

    private final long limitNanos;
    private final Runnable abort;
    // Guarded by this.
    private long progressNanos = System.nanoTime();
    private boolean closed;
    private boolean expired;

    /** @param abort called once, on the guard's thread */
    StallGuard(Duration limit, Runnable abort) {
        this.limitNanos = limit.toNanos();
        this.abort = abort;
        DaemonThreads.start("speech-limit", this::run);
    }

    synchronized void progress() {
        progressNanos = System.nanoTime();
    }

    synchronized boolean expired() {
        return expired;
    }

    private void run() {
        try {
            if (awaitExpiry()) {
                abort.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitExpiry() throws InterruptedException {
        while (!closed) {
            long left = progressNanos + limitNanos - System.nanoTime();
            if (left <= 0) {
                expired = true;
                return true;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left + 1_000_000);
        }
        return false;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
