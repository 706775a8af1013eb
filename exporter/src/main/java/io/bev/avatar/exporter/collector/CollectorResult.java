package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.MetricFamilySamples;
import java.util.List;
import java.util.Optional;

/**
 * What one collection of one collector gave.
 *
 * @param collector its name
 * @param durationNanos from its start until it returned or was given up
 * @param families what it read; of a failed collection only what {@link PartialCollectionException} vouches for
 * @param error why it failed, one line; empty on success
 */
public record CollectorResult(
        String collector, long durationNanos, List<MetricFamilySamples> families, Optional<String> error) {

    public CollectorResult {
        families = List.copyOf(families);
    }

    /** Whether the source was read as a whole. */
    public boolean success() {
        return error.isEmpty();
    }

    static CollectorResult failed(String collector, long durationNanos, String error) {
        return new CollectorResult(collector, durationNanos, List.of(), Optional.of(error));
    }
}
