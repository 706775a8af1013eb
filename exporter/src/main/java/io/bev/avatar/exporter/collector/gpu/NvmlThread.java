package io.bev.avatar.exporter.collector.gpu;

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
 * The one thread that calls NVML. A native call cannot be interrupted, so who waits may leave while the call goes on; the
 * thread takes no other work until it has returned.
 */
final class NvmlThread implements AutoCloseable {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(this::thread);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Future<?> last;

    /** Runs {@code work}; empty when the thread is still inside earlier work. */
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

    /** Whether the thread is inside work. */
    boolean busy() {
        Future<?> running = last;
        return running != null && !running.isDone();
    }

    /** The thread, once it has had work. */
    Optional<Thread> thread() {
        return Optional.ofNullable(thread);
    }

    /** Lets {@code farewell} run last and waits for it a little, unless the thread hangs. */
    void close(Runnable farewell, long waitMillis) {
        if (!busy() && !executor.isShutdown()) {
            Future<?> done = executor.submit(farewell);
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
        Thread created = new Thread(work, "nvml");
        created.setDaemon(true);
        thread = created;
        return created;
    }
}
