package io.bev.avatar.exporter.collector;

import java.util.List;
import java.util.Optional;

/**
 * Outcome of one collection by one collector.
 *
 * @param collector name of the collector
 * @param durationNanos time from the start until the collection returned or was abandoned
 * @param families collected samples; of a failed collection only those kept by {@link PartialCollectionException}, or those of
 *     {@link Collector#reportUnreachable}
 * @param error cause of the failure; empty on success
 */
public record CollectorResult(
        String collector, long durationNanos, List<MetricFamily> families, Optional<CollectorError> error) {

    public CollectorResult {
        families = List.copyOf(families);
    }

    /** Whether the source was read completely. */
    public boolean success() {
        return error.isEmpty();
    }

    /** Result of a collection without samples of its own. */
    static CollectorResult failed(Collector collector, long durationNanos, String error) {
        MetricSink unreachable = new MetricSink();
        collector.reportUnreachable(unreachable);
        return new CollectorResult(
                collector.name(), durationNanos, unreachable.families(), Optional.of(new CollectorError(error, "")));
    }
}
