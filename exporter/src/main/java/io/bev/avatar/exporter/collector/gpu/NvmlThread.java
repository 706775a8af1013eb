package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The single thread that calls NVML. A native call cannot be interrupted, so a waiting caller may time out while the
 * call continues; the thread accepts no other task until it has returned.
 */
final class NvmlThread implements AutoCloseable {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(this::thread);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Future<?> last;

    /** Runs {@code work}; empty when the thread is still busy with an earlier task. */
    <T> Optional<T> call(Callable<T> work) throws Exception {
        if (busy()) {
            return Optional.empty();
        }
        Future<T> future = executor.submit(work);
        last = future;
        try {
            return Optional.of(future.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether a task is running. */
    boolean busy() {
        Future<?> running = last;
        return running != null && !running.isDone();
    }

    /** The thread; empty before the first task. */
    Optional<Thread> thread() {
        return Optional.ofNullable(thread);
    }

    /** Runs {@code lastTask} and waits for it at most {@code waitMillis}, unless the thread is busy. */
    void close(Runnable lastTask, long waitMillis) {
        if (!busy() && !executor.isShutdown()) {
            Future<?> done = executor.submit(lastTask);
            try {
                done.get(waitMillis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("NVML was not shut down: " + e.getMessage(), e);
            }
        }
        close();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private Thread thread(Runnable work) {
        Thread created = DaemonThreads.create("nvml", work);
        thread = created;
        return created;
    }
}
