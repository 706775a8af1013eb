package io.bev.avatar.exporter.collector;

import java.time.Instant;
import java.util.Optional;

/**
 * How a collector fared so far.
 *
 * @param collector its name
 * @param last its latest finished collection; empty before the first
 * @param lastSuccess when it last succeeded
 * @param lastError its latest failure, kept after it recovered
 * @param remark its {@link Collector#remark} at the time of its latest collection
 */
public record CollectorStatus(
        String collector,
        Optional<CollectorResult> last,
        Optional<Instant> lastSuccess,
        Optional<String> lastError,
        String remark) {}
