package io.bev.avatar.bench;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Share of a core that this machine gives to a thread with work to do: every 2 s a thread computes for 30 ms of CPU time. A thread that
 * mostly sleeps would not notice that the machine is overloaded; a scrape does.
 */
final class CpuShare implements AutoCloseable {

    /** Below it, a scrape of some 100 ms takes longer than the scrape timeout of 2 s now and then. */
    private static final double ENOUGH = 0.25;

    private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long INTERVAL_MILLIS = 2000;

    private final Ticker ticker;
    private final Thread thread;
    private volatile long lastStarvedNanos;

    CpuShare(Ticker ticker) {
        this.ticker = ticker;
        this.lastStarvedNanos = ticker.nanos() - TimeUnit.DAYS.toNanos(1);
        this.thread = DaemonThreads.start("cpu-share", this::run);
    }

    private void run() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try {
            while (true) {
                long start = ticker.nanos();
                long until = threads.getCurrentThreadCpuTime() + WORK_NANOS;
                while (threads.getCurrentThreadCpuTime() - until < 0) {
                    Thread.onSpinWait();
                }
                record(start, ticker.nanos());
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Records the time that the work took. */
    void record(long startNanos, long endNanos) {
        if ((endNanos - startNanos) * ENOUGH > WORK_NANOS) {
            lastStarvedNanos = endNanos;
        }
    }

    /** Whether the machine was overloaded at some time since {@code nanos} by the ticker. */
    boolean starvedSince(long nanos) {
        return lastStarvedNanos - nanos > 0;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
