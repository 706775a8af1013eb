package io.bev.avatar.renderer.frame;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Executes tasks on the render thread, between frames. */
public final class RenderThreadExecutor {

    private static final int CAPACITY = 64;
    private static final long TIMEOUT_SECONDS = 10;

    private final BlockingQueue<FutureTask<?>> queue = new ArrayBlockingQueue<>(CAPACITY);
    private volatile @Nullable Thread runner;
    private volatile boolean closed;

    /**
     * Runs {@code work} on the render thread and waits for it.
     *
     * @param name for messages
     * @throws IllegalStateException when the renderer has stopped, the queue is full, or the timeout expires
     * @throws RuntimeException thrown by {@code work}
     */
    public <T> T call(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = runner;
        if (Thread.currentThread() == thread) {
            task.run();
            return await(name, task);
        }
        if (closed || !queue.offer(task)) {
            throw new IllegalStateException(
                    name + ": the renderer " + (closed ? "has stopped" : "has " + CAPACITY + " commands queued"));
        }
        if (closed) {
            cancelAll();
        }
        LockSupport.unpark(thread);
        return await(name, task);
    }

    private static <T> T await(String name, FutureTask<T> task) {
        try {
            return task.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException(name + ": " + e.getCause(), e.getCause());
        } catch (CancellationException e) {
            throw new IllegalStateException(name + ": the renderer has stopped", e);
        } catch (TimeoutException e) {
            task.cancel(false);
            throw new IllegalStateException(
                    name + ": not executed by the render thread within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(name + ": interrupted", e);
        }
    }

    /** Makes the calling thread the one that runs the commands. */
    void bindToCurrentThread() {
        runner = Thread.currentThread();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Runs all queued tasks. */
    void runAll() {
        FutureTask<?> task = queue.poll();
        while (task != null) {
            task.run();
            task = queue.poll();
        }
    }

    /** Rejects new tasks and cancels queued ones. */
    void close() {
        closed = true;
        cancelAll();
    }

    private void cancelAll() {
        FutureTask<?> task = queue.poll();
        while (task != null) {
            task.cancel(false);
            task = queue.poll();
        }
    }
}
