package io.bev.avatar.renderer.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.StageTimes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameLoopTest {

    private static final long TIMEOUT_SECONDS = 20;

    private final Source source = new Source();
    private final Events events = new Events();
    private final RenderThreadExecutor commands = new RenderThreadExecutor();
    private final FrameStats stats = new FrameStats(Ticker.system());
    private final FrameLoop loop = new FrameLoop(source, events, commands, stats, 200, 100, Ticker.system());

    private static final class Source implements FrameSource {
        volatile boolean wanted = true;
        volatile boolean broken;
        final AtomicLong lastSequence = new AtomicLong();
        final Semaphore rendered = new Semaphore(0);
        final Semaphore again = new Semaphore(0);

        @Override
        public boolean wanted() {
            return wanted;
        }

        @Override
        public void present(long sequence, StageTimes times) {
            if (broken) {
                throw new IllegalStateException("no frame");
            }
            lastSequence.set(sequence);
            rendered.release();
        }

        @Override
        public void presentAgain(long sequence) {
            lastSequence.set(sequence);
            again.release();
        }
    }

    private static final class Events implements FrameEvents {
        final Semaphore presented = new Semaphore(0);
        final AtomicInteger failures = new AtomicInteger();
        final CountDownLatch stopped = new CountDownLatch(1);
        final CountDownLatch recovered = new CountDownLatch(1);
        volatile int limit = Integer.MAX_VALUE;

        @Override
        public void presented(long sequence) {
            presented.release();
        }

        @Override
        public boolean failed(Throwable fault, int consecutive) {
            failures.set(consecutive);
            if (consecutive >= limit) {
                stopped.countDown();
                return false;
            }
            return true;
        }

        @Override
        public void recovered(int failures) {
            recovered.countDown();
        }
    }

    @AfterEach
    void stop() {
        assertThat(loop.stop(Duration.ofSeconds(TIMEOUT_SECONDS))).isTrue();
    }

    private static void await(Semaphore semaphore, int permits) throws InterruptedException {
        assertThat(semaphore.tryAcquire(permits, TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void frames_areNumberedCountedAndReported() throws InterruptedException {
        loop.start();
        await(events.presented, 5);
        loop.stop(Duration.ofSeconds(TIMEOUT_SECONDS));
        assertThat(stats.snapshot().rendered()).isEqualTo(source.lastSequence.get());
        assertThat(stats.snapshot().rendered()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void withoutViewers_framesContinue() throws InterruptedException {
        source.wanted = false;
        loop.start();
        await(source.rendered, 3);
    }

    @Test
    void pausedLoop_repeatsLastFrame_andResumes() throws InterruptedException {
        loop.start();
        await(source.rendered, 2);
        commands.call("pause", () -> {
            loop.setPaused(true);
            return 0;
        });
        long frozen = source.lastSequence.get();
        await(source.again, 3);
        assertThat(source.lastSequence).hasValue(frozen);
        loop.setPaused(false);
        source.rendered.drainPermits();
        await(source.rendered, 2);
        assertThat(source.lastSequence.get()).isGreaterThan(frozen);
    }

    @Test
    void command_runsOnRenderThread_andExceptionReachesCaller() {
        loop.start();
        assertThat(commands.<String>call("name", () -> Thread.currentThread().getName()))
                .isEqualTo("render");
        assertThatThrownBy(() -> commands.call("bad", () -> {
                    throw new IllegalArgumentException("too big");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too big");
        assertThat(commands.<Integer>call("nested", () -> commands.call("inner", () -> 7)))
                .isEqualTo(7);
    }

    @Test
    void commandAfterStop_isRejected() {
        loop.start();
        loop.stop(Duration.ofSeconds(TIMEOUT_SECONDS));
        assertThatThrownBy(() -> commands.call("reload", () -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("reload: the renderer has stopped");
    }

    @Test
    void failingFrames_areCounted_andFramesContinueAfterRecovery() throws InterruptedException {
        loop.start();
        await(source.rendered, 1);
        source.broken = true;
        while (events.failures.get() < 3) {
            Thread.onSpinWait();
        }
        source.broken = false;
        assertThat(events.recovered.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(stats.snapshot().failed()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void tooManyFailures_stopLoop() throws InterruptedException {
        source.broken = true;
        events.limit = 4;
        loop.start();
        assertThat(events.stopped.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.stop(Duration.ofSeconds(TIMEOUT_SECONDS))).isTrue();
        assertThat(events.failures).hasValue(4);
        assertThat(events.presented.availablePermits()).isZero();
    }
}
