package io.bev.avatar.renderer.management.mbean;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class DeadlockDetectorTest {

    @Test
    void deadlock_isCounted_onceCacheExpires() throws Exception {
        AtomicLong nanos = new AtomicLong();
        DeadlockDetector watch = new DeadlockDetector(ManagementFactory.getThreadMXBean(), nanos::get);
        assertThat(watch.count()).isZero();

        ReentrantLock left = new ReentrantLock();
        ReentrantLock right = new ReentrantLock();
        CyclicBarrier bothHold = new CyclicBarrier(2);
        Thread one = taking(left, right, bothHold);
        Thread other = taking(right, left, bothHold);
        try {
            while (!left.hasQueuedThread(other) || !right.hasQueuedThread(one)) {
                Thread.onSpinWait();
            }
            assertThat(watch.count()).as("the result is cached").isZero();
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
            assertThat(watch.count()).isEqualTo(2);
        } finally {
            one.interrupt();
            other.interrupt();
            one.join();
            other.join();
        }
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(watch.count()).isZero();
    }

    private static Thread taking(ReentrantLock first, ReentrantLock second, CyclicBarrier bothHold) {
        Thread thread = new Thread(() -> {
            first.lock();
            try {
                bothHold.await();
                second.lockInterruptibly();
                second.unlock();
            } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
                Thread.currentThread().interrupt();
            } finally {
                first.unlock();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
