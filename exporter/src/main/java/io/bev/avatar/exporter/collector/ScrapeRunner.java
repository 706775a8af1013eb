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
 * Runs collectors side by side under one deadline. It alone does timing, isolation and success: a collector that fails or is
 * late gives a failed {@link CollectorResult}, never an exception, and never delays the others.
 *
 * <p>Scrapes that overlap share one collection while it is younger than {@link #SHARE_WINDOW}; an older one is joined only
 * for the collectors that are still running, so that no scrape gets readings from before the window.
 */
public final class ScrapeRunner implements AutoCloseable {

    static final Duration SHARE_WINDOW = Duration.ofMillis(250);

    private final Map<String, CollectorWorker> slots = new LinkedHashMap<>();
    private final long limitNanos;
    private final Ticker ticker;
    private @Nullable Collection current;

    /** The runs that overlapping scrapes share. */
    private record Collection(long startNanos, Map<CollectorWorker, CollectionTask> runs) {
        boolean finished() {
            return runs.values().stream().allMatch(CollectionTask::done);
        }
    }

    /**
     * @param collectors with distinct names; closed with the runner
     * @param limit how far a scrape that joins a run can extend it
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

    /** The collectors' names in their order. */
    public Set<String> names() {
        return slots.keySet();
    }

    /** How each collector fared so far, in their order. */
    public List<CollectorStatus> statuses() {
        return slots.values().stream().map(CollectorWorker::status).collect(Collectors.toList());
    }

    /**
     * Collects from the {@code wanted} collectors.
     *
     * @param budget time until the last result must be there
     * @return one result per wanted collector, in the collectors' order
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
