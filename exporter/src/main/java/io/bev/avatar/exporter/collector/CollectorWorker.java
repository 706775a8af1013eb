package io.bev.avatar.exporter.collector;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.text.SecretRedactor;
import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread, current run and status of one collector. While an abandoned run has not returned, no other run starts, so a
 * blocked source costs one thread at most.
 */
final class CollectorWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CollectorWorker.class);

    private final Collector collector;
    private final Ticker ticker;
    private final Clock clock;
    private final ExecutorService thread;
    private final SeriesCache series = new SeriesCache();
    private @Nullable CollectionTask inFlight;
    private CollectorStatus status;
    private long consecutiveFailures;
    private boolean duplicatesReported;

    CollectorWorker(Collector collector, Ticker ticker, Clock clock) {
        this.collector = collector;
        this.ticker = ticker;
        this.clock = clock;
        this.status = new CollectorStatus(collector.name(), Optional.empty(), Optional.empty(), Optional.empty(), "");
        this.thread = Executors.newSingleThreadExecutor(DaemonThreads.factory("collector-" + collector.name()));
    }

    String name() {
        return collector.name();
    }

    synchronized CollectorStatus status() {
        return status;
    }

    /** Starts a run, or returns the current one, or a failed one while an abandoned run has not returned. */
    synchronized CollectionTask start(long deadlineNanos) {
        CollectionTask busy = inFlight;
        if (busy != null && !busy.done()) {
            return busy;
        }
        if (busy != null) {
            CollectorResult stuck = CollectorResult.failed(
                    collector,
                    busy.elapsedNanos(),
                    "still busy after " + busy.elapsedNanos() / 1_000_000_000
                            + " s with a collection that exceeded its deadline; the next one starts once it returns");
            record(stuck);
            return CollectionTask.finished(collector, stuck, ticker);
        }
        CollectionTask run = new CollectionTask(collector, ticker, deadlineNanos);
        inFlight = run;
        run.onResult(this::record);
        thread.execute(() -> collect(run));
        return run;
    }

    private void collect(CollectionTask run) {
        run.begin();
        MetricSink sink = new MetricSink(series);
        CollectorResult outcome;
        try {
            collector.collect(sink);
            outcome = new CollectorResult(name(), run.elapsedNanos(), sink.families(), Optional.empty());
        } catch (PartialCollectionException e) {
            outcome = new CollectorResult(name(), run.elapsedNanos(), sink.families(), Optional.of(e.error()));
        } catch (Throwable e) {
            // Isolation: a missing native symbol or a bug in one collector must not end the others' scrape.
            String error = SecretRedactor.redact(run.interruption().orElseGet(() -> describe(e)));
            outcome = CollectorResult.failed(collector, run.elapsedNanos(), error);
        }
        run.end();
        reportDuplicates(sink);
        synchronized (this) {
            inFlight = null;
        }
        if (!run.complete(outcome)) {
            LOG.info(
                    "Collector {} returned {} ms after its start, past its deadline",
                    name(),
                    run.elapsedNanos() / 1_000_000);
        }
    }

    private void reportDuplicates(MetricSink sink) {
        if (!duplicatesReported && !sink.duplicates().isEmpty()) {
            duplicatesReported = true;
            LOG.warn(
                    "Collector {} added {} series twice, the first of each is exported: {}",
                    name(),
                    sink.duplicates().size(),
                    sink.duplicates().get(0));
        }
    }

    private synchronized void record(CollectorResult result) {
        boolean failedBefore = status.last().isPresent() && !status.last().get().success();
        Optional<Instant> success = result.success() ? Optional.of(clock.instant()) : status.lastSuccess();
        Optional<String> error =
                result.success() ? status.lastError() : result.error().map(CollectorError::text);
        if (result.success() && failedBefore) {
            LOG.info("Collector {} recovered after {} failed collections", name(), consecutiveFailures);
        } else if (!result.success() && !failedBefore) {
            LOG.warn(
                    "Collector {} failed: {}",
                    name(),
                    result.error().map(CollectorError::text).orElse(""));
        }
        consecutiveFailures = result.success() ? 0 : consecutiveFailures + 1;
        // The status keeps the outcome without the samples.
        CollectorResult withoutSamples = new CollectorResult(name(), result.durationNanos(), List.of(), result.error());
        status = new CollectorStatus(name(), Optional.of(withoutSamples), success, error, collector.remark());
    }

    private static String describe(Throwable failure) {
        return CollectorError.oneLine(ErrorText.of(failure));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        collector.close();
    }
}
