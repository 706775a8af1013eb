package io.bev.avatar.renderer.state;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A bounded queue of messages for one reader, who can be woken without a message. Thread-safe. */
final class PubSubQueue {

    static final int CAPACITY = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Deque<byte[]> messages = new ArrayDeque<>();
    private boolean woken;

    /** Adds a message; false when full. Never blocks. */
    boolean offer(byte[] message) {
        lock.lock();
        try {
            if (messages.size() >= CAPACITY) {
                return false;
            }
            messages.add(message);
            news.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Makes the reader return from {@link #await}. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes all messages, waiting for the first or for {@link #wake} at most so long. */
    List<byte[]> await(Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (messages.isEmpty() && !woken && left > 0) {
                left = news.awaitNanos(left);
            }
            woken = false;
            List<byte[]> taken = new ArrayList<>(messages);
            messages.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Waits so long, or until {@code enough} at a wake. */
    void sleep(Duration atMost, BooleanSupplier enough) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!enough.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                boolean signalled = news.await(left, TimeUnit.NANOSECONDS);
                if (!signalled) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
