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

/** A bounded queue of messages for one reader, which can also be woken without a message. Thread-safe. */
final class PubSubQueue {

    static final int CAPACITY = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
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
            changed.signalAll();
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
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Removes and returns all messages, waiting for the first one or {@link #wake} up to the timeout. */
    List<byte[]> await(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (messages.isEmpty() && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            List<byte[]> drained = new ArrayList<>(messages);
            messages.clear();
            return drained;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the timeout, or until {@code done} is true after a wake. */
    void sleep(Duration timeout, BooleanSupplier done) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!done.getAsBoolean()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                boolean signalled = changed.await(left, TimeUnit.NANOSECONDS);
                if (!signalled) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
