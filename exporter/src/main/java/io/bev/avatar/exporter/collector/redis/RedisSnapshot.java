package io.bev.avatar.exporter.collector.redis;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Data of one read of Redis.
 *
 * @param info reply to {@code INFO all}
 * @param config settings from {@code CONFIG GET}; empty without permission
 * @param databases number of databases of the server
 * @param slowlogLength entries in the slow log; empty without permission
 * @param lastSlow newest entry of the slow log
 * @param latency latest event of each kind recorded by the latency monitor, which is off by default
 * @param cluster reply to {@code CLUSTER INFO}; empty without a Cluster
 * @param streams existing streams
 * @param problems error replies, each with its command
 */
record RedisSnapshot(
        RedisInfo info,
        Map<String, String> config,
        int databases,
        OptionalLong slowlogLength,
        SlowEntry lastSlow,
        List<LatencyEvent> latency,
        String cluster,
        List<StreamState> streams,
        List<String> problems) {

    /**
     * An entry of the slow log.
     *
     * @param id id, from 0; 0 without an entry
     * @param seconds duration; 0 without an entry
     */
    record SlowEntry(long id, double seconds) {}

    /**
     * An event of the latency monitor.
     *
     * @param name kind of the event, such as {@code command}
     * @param at Unix time in seconds
     * @param seconds duration
     */
    record LatencyEvent(String name, long at, double seconds) {}

    /**
     * A stream.
     *
     * @param database label value, such as {@code db0}
     * @param length entries
     * @param radixTreeKeys keys of its radix tree
     * @param radixTreeNodes nodes of its radix tree
     * @param lastGenerated time of its newest id in milliseconds
     * @param groupCount number of consumer groups
     * @param groups readable consumer groups
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
     * @param consumerCount number of consumers
     * @param pending entries delivered and not acknowledged
     * @param lastDelivered time of the newest delivered id in milliseconds
     * @param lag entries not delivered yet; empty when Redis does not know
     * @param consumers its consumers, up to a limit
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
     * @param pending entries delivered to it and not acknowledged
     * @param idleSeconds time since its last attempt to read
     */
    record Consumer(String name, long pending, double idleSeconds) {}
}
