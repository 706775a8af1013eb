package io.bev.avatar.exporter.collector;

/**
 * One source of samples. Called by one thread at a time; the caller enforces the deadline and interrupts a late
 * collection. A collector measures no time, catches only what it can handle and keeps no value from an earlier call. A
 * missing value is an absent series.
 */
public interface Collector extends AutoCloseable {

    /** Value of the label {@code collector}, such as {@code host}. */
    String name();

    /**
     * Reads the source.
     *
     * @throws PartialCollectionException when the collection failed but the samples written to {@code out} are valid
     * and kept
     * @throws Exception when the collection failed entirely; the message contains the remedy. {@code out} is then
     * discarded
     */
    void collect(MetricSink out) throws Exception;

    /**
     * Writes the samples that report the source as unreachable, such as {@code redis_up 0}, without reading it. Called for a collection
     * that exceeds its deadline or fails entirely: were they absent instead, an alert on them would not fire. Thread-safe.
     */
    default void reportUnreachable(MetricSink out) {}

    /** Remark shown beside the collector's result, such as {@code simulated}; empty for none. Thread-safe. */
    default String remark() {
        return "";
    }

    @Override
    default void close() {}
}
