package io.bev.avatar.exporter.collector;

import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs collectors in parallel under one deadline. Handles timing, isolation and success for all collectors: one that
 * fails or is late yields a failed {@link CollectorResult}, never an exception, and never delays the others.
 *
 * <p>Overlapping scrapes share one collection while it is younger than {@link #SHARE_WINDOW}; an older one is joined
 * only for collectors that are still running, so that no scrape gets samples from before the window.
 */
public final class ScrapeRunner implements AutoCloseable {

    static final Duration SHARE_WINDOW = Duration.ofMillis(250);

    private final Map<String, CollectorWorker> slots = new LinkedHashMap<>();
    private final long limitNanos;
    private final Ticker ticker;
    private @Nullable Collection current;

    /** Runs shared by overlapping scrapes. */
    private record Collection(long startNanos, Map<CollectorWorker, CollectionTask> runs) {
        boolean finished() {
            return runs.values().stream().allMatch(CollectionTask::done);
        }
    }

    /**
     * @param collectors collectors with distinct names; closed with the runner
     * @param limit maximum duration of a run that joining scrapes extend
     */
    public ScrapeRunner(List<? extends Collector> collectors, Duration limit, Ticker ticker, Clock clock) {
        for (Collector collector : collectors) {
            if (slots.put(collector.name(), new CollectorWorker(collector, ticker, clock)) != null) {
                throw new IllegalArgumentException("two collectors named " + collector.name());
            }
        }
        this.limitNanos = limit.toNanos();
        this.ticker = ticker;
    }

    /** Names of the collectors, in order. */
    public Set<String> names() {
        return slots.keySet();
    }

    /** Status of each collector, in order. */
    public List<CollectorStatus> statuses() {
        return slots.values().stream().map(CollectorWorker::status).collect(Collectors.toList());
    }

    /**
     * Collects from the {@code wanted} collectors.
     *
     * @param budget time until all results must be available
     * @return one result per wanted collector, in the order of the collectors
     */
    public List<CollectorResult> scrape(Set<String> wanted, Duration budget) throws InterruptedException {
        long deadlineNanos = ticker.nanos() + budget.toNanos();
        List<CollectionTask> runs = join(wanted, deadlineNanos);
        List<CollectorResult> results = new ArrayList<>(runs.size());
        for (CollectionTask run : runs) {
            results.add(run.await(deadlineNanos));
        }
        return results;
    }

    private synchronized List<CollectionTask> join(Set<String> wanted, long deadlineNanos) {
        long now = ticker.nanos();
        Collection shared = current;
        if (shared == null || shared.finished() || now - shared.startNanos() > SHARE_WINDOW.toNanos()) {
            shared = new Collection(now, new LinkedHashMap<>());
            current = shared;
        }
        List<CollectionTask> runs = new ArrayList<>(wanted.size());
        for (CollectorWorker slot : slots.values()) {
            if (wanted.contains(slot.name())) {
                CollectionTask run = shared.runs().computeIfAbsent(slot, s -> s.start(deadlineNanos));
                run.extend(deadlineNanos, limitNanos);
                runs.add(run);
            }
        }
        return runs;
    }

    @Override
    public void close() {
        slots.values().forEach(CollectorWorker::close);
    }
}
