package io.bev.avatar.exporter.collector;

import io.bev.avatar.common.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One collection of one collector, awaited by one or more scrapes. Its deadline is the latest deadline of these
 * scrapes. Shortly before the deadline it is interrupted so that it can still return partial results; at the deadline
 * it is abandoned.
 */
final class CollectionTask {

    /** Interval between interrupt and deadline: enough to unwind, small relative to a scrape timeout of seconds. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Collector collector;
    private final Ticker ticker;
    private final long startNanos;
    private final CompletableFuture<CollectorResult> result = new CompletableFuture<>();
    private final List<Consumer<CollectorResult>> listeners = new ArrayList<>(1);
    private final AtomicBoolean completed = new AtomicBoolean();
    private long deadlineNanos;
    private @Nullable Thread worker;
    private boolean interrupted;

    CollectionTask(Collector collector, Ticker ticker, long deadlineNanos) {
        this.collector = collector;
        this.ticker = ticker;
        this.startNanos = ticker.nanos();
        this.deadlineNanos = deadlineNanos;
    }

    /** A run that already has its result. */
    static CollectionTask finished(Collector collector, CollectorResult outcome, Ticker ticker) {
        CollectionTask run = new CollectionTask(collector, ticker, ticker.nanos());
        run.result.complete(outcome);
        return run;
    }

    /** Registers a listener for the result; call before the run starts. */
    void onResult(Consumer<CollectorResult> action) {
        listeners.add(action);
    }

    /** Sets the result; false when the run was abandoned before. */
    boolean complete(CollectorResult outcome) {
        if (!completed.compareAndSet(false, true)) {
            return false;
        }
        // Listeners run first, so that waiting scrapes see their effects.
        listeners.forEach(action -> action.accept(outcome));
        result.complete(outcome);
        return true;
    }

    long elapsedNanos() {
        return ticker.nanos() - startNanos;
    }

    boolean done() {
        return result.isDone();
    }

    /** Extends the deadline for another scrape, at most to {@code limitNanos} after the start. */
    synchronized void extend(long wantedNanos, long limitNanos) {
        long allowed = earlier(wantedNanos, startNanos + limitNanos);
        if (allowed - deadlineNanos > 0) {
            deadlineNanos = allowed;
        }
    }

    synchronized void begin() {
        worker = Thread.currentThread();
    }

    /** Detaches the worker; afterwards no interrupt of this run can reach the thread. */
    synchronized void end() {
        worker = null;
        // Clears an interrupt meant for this run, so that it does not hit the thread's next run.
        boolean unused = Thread.interrupted();
    }

    /** Waits for the result, at most until the scrape's own deadline. */
    CollectorResult await(long scrapeDeadlineNanos) throws InterruptedException {
        long left = scrapeDeadlineNanos - ticker.nanos();
        long grace = Math.min(GRACE_NANOS, Math.max(0, left / 4));
        CollectorResult early = poll(left - grace);
        if (early != null) {
            return early;
        }
        boolean lastWaiter = interruptIfDue(scrapeDeadlineNanos);
        CollectorResult late = poll(scrapeDeadlineNanos - ticker.nanos());
        if (late != null) {
            return late;
        }
        CollectorResult cutOff = CollectorResult.failed(
                collector,
                elapsedNanos(),
                timeoutMessage(scrapeDeadlineNanos) + "; the next collection starts once it returns");
        if (lastWaiter && !complete(cutOff)) {
            return result.join();
        }
        return cutOff;
    }

    /** Error message when the run failed because of an interrupt; empty when it was not interrupted. */
    synchronized Optional<String> interruption() {
        return interrupted ? Optional.of(timeoutMessage(deadlineNanos)) : Optional.empty();
    }

    private String timeoutMessage(long untilNanos) {
        // Scheduling delays can consume the whole timeout of a scrape of a few milliseconds.
        return "no response within " + Math.max(0, Math.round((untilNanos - startNanos) / 1e6))
                + " ms: deadline exceeded";
    }

    private synchronized boolean interruptIfDue(long scrapeDeadlineNanos) {
        if (deadlineNanos - scrapeDeadlineNanos > 0) {
            return false;
        }
        if (worker != null && !result.isDone()) {
            worker.interrupt();
            interrupted = true;
        }
        return true;
    }

    private @Nullable CollectorResult poll(long nanos) throws InterruptedException {
        try {
            return result.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run completes only with a result", e);
        }
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }
}
