package io.bev.avatar.common.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PeriodicTaskTest {

    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final List<PeriodicTask> tasks = new ArrayList<>();

    @AfterEach
    void close() {
        tasks.forEach(PeriodicTask::close);
    }

    @Test
    void run_isRepeatedOnANamedDaemonThread() throws Exception {
        CountDownLatch runs = new CountDownLatch(3);
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        tasks.add(PeriodicTask.start("test-task", PAUSE, () -> {
            thread.complete(Thread.currentThread());
            runs.countDown();
        }));
        runs.await();

        assertThat(thread.get().getName()).isEqualTo("test-task");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void startNow_runsBeforeTheFirstPause() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        tasks.add(PeriodicTask.startNow("test-task", NEVER, ran::countDown));
        ran.await();
    }

    @Test
    void run_afterAnException_isRepeated() throws Exception {
        CountDownLatch runs = new CountDownLatch(3);
        tasks.add(PeriodicTask.start("test-task", PAUSE, () -> {
            runs.countDown();
            throw new IllegalStateException("expected by the test");
        }));
        runs.await();
    }

    @Test
    void run_withAnError_reachesTheUncaughtExceptionHandler() throws Exception {
        CountDownLatch caught = new CountDownLatch(1);
        tasks.add(PeriodicTask.startNow("test-task", PAUSE, () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> caught.countDown());
            throw new AssertionError("expected by the test");
        }));
        caught.await();
    }

    @Test
    void close_interruptsARunInProgress_andEndsTheThread() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        PeriodicTask task = PeriodicTask.startNow("test-task", PAUSE, () -> {
            thread.complete(Thread.currentThread());
            started.countDown();
            Thread.sleep(NEVER.toMillis());
        });
        started.await();

        task.close();

        thread.get().join();
    }

    @Test
    void closeWithTimeout_waitsForARunInProgress() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicInteger runs = new AtomicInteger();
        PeriodicTask task = PeriodicTask.startNow("test-task", PAUSE, () -> {
            started.countDown();
            try {
                end.await();
                runs.incrementAndGet();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        started.await();
        Thread closing = DaemonThreads.start("test-close", () -> task.close(NEVER));
        // In join, so that the task is closed before its run ends.
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        end.countDown();
        closing.join();

        assertThat(interrupted).isFalse();
        assertThat(runs).hasValue(1);
    }
}
