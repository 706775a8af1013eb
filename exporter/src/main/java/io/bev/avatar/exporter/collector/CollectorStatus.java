package io.bev.avatar.exporter.collector;

import java.time.Instant;
import java.util.Optional;

/**
 * Status of a collector since start-up.
 *
 * @param collector name of the collector
 * @param last latest finished collection; empty before the first
 * @param lastSuccess time of the latest successful collection
 * @param lastError latest error, retained after recovery
 * @param remark {@link Collector#remark} at the time of the latest collection
 */
public record CollectorStatus(
        String collector,
        Optional<CollectorResult> last,
        Optional<Instant> lastSuccess,
        Optional<String> lastError,
        String remark) {}
