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
 * One collection of one collector, awaited by one or more scrapes. Its deadline is the latest of theirs. Shortly before, it
 * is interrupted so that it can still hand in what it vouches for; at the deadline it is given up.
 */
final class CollectionTask {

    /** How long before the deadline the interrupt comes: enough to unwind, little of a scrape of seconds. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final Ticker ticker;
    private final long startNanos;
    private final CompletableFuture<CollectorResult> result = new CompletableFuture<>();
    private final List<Consumer<CollectorResult>> listeners = new ArrayList<>(1);
    private final AtomicBoolean settled = new AtomicBoolean();
    private long deadlineNanos;
    private @Nullable Thread worker;
    private boolean interrupted;

    CollectionTask(String name, Ticker ticker, long deadlineNanos) {
        this.name = name;
        this.ticker = ticker;
        this.startNanos = ticker.nanos();
        this.deadlineNanos = deadlineNanos;
    }

    /** A run that is over before it began. */
    static CollectionTask over(CollectorResult outcome, Ticker ticker) {
        CollectionTask run = new CollectionTask(outcome.collector(), ticker, ticker.nanos());
        run.result.complete(outcome);
        return run;
    }

    /** Registers what to do with the result; before the run starts. */
    void onResult(Consumer<CollectorResult> action) {
        listeners.add(action);
    }

    /** Hands in the result; false when the run was given up before. */
    boolean complete(CollectorResult outcome) {
        if (!settled.compareAndSet(false, true)) {
            return false;
        }
        // Whoever waits for the result sees what the listeners made of it.
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

    /** Lets another scrape wait for this run, at most until {@code limitNanos} after its start. */
    synchronized void extend(long wantedNanos, long limitNanos) {
        long allowed = earlier(wantedNanos, startNanos + limitNanos);
        if (allowed - deadlineNanos > 0) {
            deadlineNanos = allowed;
        }
    }

    synchronized void begin() {
        worker = Thread.currentThread();
    }

    /** Ends the worker's part; afterwards no interrupt of this run can reach the thread. */
    synchronized void end() {
        worker = null;
        // An interrupt meant for this run must not hit the thread's next one.
        boolean unused = Thread.interrupted();
    }

    /** Waits until the run is over or the scrape's own deadline is there. */
    CollectorResult await(long scrapeDeadlineNanos) throws InterruptedException {
        long left = scrapeDeadlineNanos - ticker.nanos();
        long grace = Math.min(GRACE_NANOS, Math.max(0, left / 4));
        CollectorResult early = poll(left - grace);
        if (early != null) {
            return early;
        }
        boolean last = interruptIfDue(scrapeDeadlineNanos);
        CollectorResult late = poll(scrapeDeadlineNanos - ticker.nanos());
        if (late != null) {
            return late;
        }
        CollectorResult cutOff = CollectorResult.failed(
                name, elapsedNanos(), late(scrapeDeadlineNanos) + "; it is started again once it returns");
        if (last && !complete(cutOff)) {
            return result.join();
        }
        return cutOff;
    }

    /** What to say when the run failed because it was interrupted; empty when it was not. */
    synchronized Optional<String> interruption() {
        return interrupted ? Optional.of(late(deadlineNanos)) : Optional.empty();
    }

    private String late(long untilNanos) {
        // Threads that had to wait can leave a scrape of milliseconds less than nothing.
        return "no answer within " + Math.max(0, Math.round((untilNanos - startNanos) / 1e6)) + " ms: cut off";
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
