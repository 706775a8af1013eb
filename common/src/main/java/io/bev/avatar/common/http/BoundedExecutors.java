package io.bev.avatar.common.http;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes pools of daemon threads that use an idle thread first, then a new one up to their limit, then a queue up to its limit,
 * and then reject tasks. (The JDK's pool fills its queue before it grows, or grows while threads are idle.)
 */
public final class BoundedExecutors {

    private static final long IDLE_SECONDS = 30;

    private BoundedExecutors() {}

    /** A queue that takes a task only if a thread is waiting for one; other tasks go to the rejection handler. */
    private static final class IdleFirstQueue extends LinkedTransferQueue<Runnable> {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }

    /**
     * @param name prefix of the thread names
     * @param threads maximum threads; they end when idle
     * @param waiting maximum tasks that wait for one; a further one meets {@link RejectedExecutionException}
     */
    public static ThreadPoolExecutor create(String name, int threads, int waiting) {
        return create(name, threads, waiting, () -> {});
    }

    /**
     * @param name prefix of the thread names
     * @param threads maximum threads; they end when idle
     * @param waiting maximum tasks that wait for one; a further one meets {@link RejectedExecutionException}
     * @param first action of each thread before its first task
     */
    public static ThreadPoolExecutor create(String name, int threads, int waiting, Runnable first) {
        AtomicInteger number = new AtomicInteger();
        IdleFirstQueue queue = new IdleFirstQueue();
        return new ThreadPoolExecutor(
                0,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                queue,
                task -> DaemonThreads.create(name + "-" + number.incrementAndGet(), () -> {
                    first.run();
                    task.run();
                }),
                (task, pool) -> {
                    if (pool.isShutdown() || queue.size() >= waiting) {
                        throw new RejectedExecutionException(
                                name + ": " + threads + " threads busy, " + waiting + " waiting");
                    }
                    queue.put(task);
                });
    }
}
