package io.bev.avatar.exporter.collector;

/**
 * One source of readings. Called by one thread at a time, with a deadline kept by the caller: it is interrupted when late.
 * It measures no time, catches nothing it cannot mend and keeps no value from an earlier call; a reading that is not there is
 * an absent series.
 */
public interface Collector extends AutoCloseable {

    /** The label {@code collector}, such as {@code host}. */
    String name();

    /**
     * Reads the source now.
     *
     * @throws PartialCollectionException when it failed but what it wrote to {@code out} is true and to be kept
     * @throws Exception when the source fails as a whole; the message says what to do. Nothing of {@code out} is then used
     */
    void collect(MetricSink out) throws Exception;

    /** A word that a person must read beside the source's result, such as {@code simulated}; empty for none. Any thread asks. */
    default String remark() {
        return "";
    }

    @Override
    default void close() {}
}
