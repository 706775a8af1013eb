package io.bev.avatar.exporter.collector.redis;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What one read of Redis gave.
 *
 * @param info the text of {@code INFO all}
 * @param databases how many databases the server has; empty where it does not tell
 * @param slowlogLength entries in the slow log; empty where it may not be read
 * @param lastSlow the newest entry of the slow log
 * @param latency the latest event of each kind that the latency monitor saw; it is off by default
 * @param cluster the text of {@code CLUSTER INFO}; empty where there is no Cluster
 * @param streams the streams that exist
 */
record RedisSnapshot(
        String info,
        OptionalInt databases,
        OptionalLong slowlogLength,
        SlowEntry lastSlow,
        List<LatencyEvent> latency,
        String cluster,
        List<StreamState> streams) {

    /**
     * An entry of the slow log.
     *
     * @param id its number, from 0; 0 where there is none
     * @param seconds how long it took; 0 where there is none
     */
    record SlowEntry(long id, double seconds) {}

    /**
     * An event of the latency monitor.
     *
     * @param name its kind, such as {@code command}
     * @param at when, as Unix time in seconds
     * @param seconds how long it took
     */
    record LatencyEvent(String name, long at, double seconds) {}

    /**
     * A stream.
     *
     * @param database label, such as {@code db0}
     * @param length entries
     * @param radixTreeKeys of its representation
     * @param radixTreeNodes of its representation
     * @param lastGenerated time of its newest id in milliseconds
     * @param groupCount how many consumer groups it has
     * @param groups those consumer groups that may be read
     */
    record StreamState(
            String database,
            String name,
            long length,
            long radixTreeKeys,
            long radixTreeNodes,
            OptionalLong lastGenerated,
            long groupCount,
            List<Group> groups) {}

    /**
     * A consumer group.
     *
     * @param consumerCount how many consumers it has
     * @param pending delivered and not acknowledged
     * @param lastDelivered time of the newest delivered id in milliseconds
     * @param lag not delivered yet; empty where Redis cannot tell
     * @param consumers its consumers, some of them where they are very many
     */
    record Group(
            String name,
            long consumerCount,
            long pending,
            OptionalLong lastDelivered,
            OptionalDouble lag,
            List<Consumer> consumers) {}

    /**
     * A consumer of a group.
     *
     * @param pending delivered to it and not acknowledged
     * @param idleSeconds since it last tried to read
     */
    record Consumer(String name, long pending, double idleSeconds) {}
}
