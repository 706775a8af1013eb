package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run a job together with the calling thread. A job's parts are assigned one at a time, which balances
 * unequal parts. Allocates nothing per job. For one calling thread.
 */
final class WorkerPool implements AutoCloseable {

    /** Polls of a waiting thread before it sleeps; stages of a frame follow each other within microseconds. */
    private static final int SPINS = 2_000;

    /** A job; parts may run at the same time on different threads. */
    interface Job {
        /**
         * @param part 0 to parts - 1
         * @param worker 0 to {@link WorkerPool#threads()} - 1; no two threads share one
         */
        void run(int part, int worker);
    }

    private final Thread[] helpers;
    private final AtomicInteger nextPart = new AtomicInteger();
    private final AtomicInteger busyHelpers = new AtomicInteger();
    private final AtomicInteger round = new AtomicInteger();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private @Nullable Job job;
    private int parts;
    private volatile @Nullable Thread caller;

    /** @param threads number of threads including the calling one; &gt;= 1 */
    WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads: expected at least 1");
        }
        helpers = new Thread[threads - 1];
        for (int h = 0; h < helpers.length; h++) {
            int worker = h + 1;
            helpers[h] = DaemonThreads.start("raster-" + worker, () -> help(worker));
        }
    }

    int threads() {
        return helpers.length + 1;
    }

    List<Thread> helpers() {
        return List.of(helpers);
    }

    /** Runs every part of {@code job} and returns when all are complete; an exception of a part is rethrown here. */
    void run(Job job, int parts) {
        if (closed) {
            throw new IllegalStateException("the rasteriser is closed");
        }
        if (helpers.length == 0 || parts <= 1) {
            for (int part = 0; part < parts; part++) {
                job.run(part, 0);
            }
            return;
        }
        this.job = job;
        this.parts = parts;
        caller = Thread.currentThread();
        nextPart.set(0);
        busyHelpers.set(helpers.length);
        round.incrementAndGet();
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        work(job, parts, 0);
        awaitHelpers();
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("a part of the frame failed: " + thrown, thrown);
        }
    }

    private void awaitHelpers() {
        boolean interrupted = false;
        int spins = 0;
        while (busyHelpers.get() > 0) {
            if (spins++ < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Job current, int count, int worker) {
        try {
            for (int part = nextPart.getAndIncrement(); part < count; part = nextPart.getAndIncrement()) {
                current.run(part, worker);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void help(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (round.get() == seen && !closed) {
                if (spins++ < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = round.get();
            Job current = job;
            if (current != null) {
                work(current, parts, worker);
            }
            if (busyHelpers.decrementAndGet() == 0) {
                LockSupport.unpark(caller);
            }
        }
    }

    /** Stops the threads. */
    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
