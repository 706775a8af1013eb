package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Consumer;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Group;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import java.util.List;

/**
 * Metrics of streams, their consumer groups and consumers.
 *
 * <pre>
 * redis_stream_length{db="db0",stream="osint:updates"} 12.0
 * redis_stream_group_messages_pending{db="db0",stream="osint:updates",group="renderer"} 3.0
 * redis_stream_group_consumer_idle_seconds{db="db0",stream="osint:updates",group="renderer",consumer="renderer"} 0.4
 * </pre>
 */
final class StreamMetrics {

    private StreamMetrics() {}

    static void write(List<StreamState> streams, MetricSink out) {
        for (StreamState stream : streams) {
            String[] labels = {"db", stream.database(), "stream", stream.name()};
            out.gauge("redis_stream_length", "Entries of a stream.", stream.length(), labels);
            out.gauge("redis_stream_radix_tree_keys", "Keys of its radix tree.", stream.radixTreeKeys(), labels);
            out.gauge("redis_stream_radix_tree_nodes", "Nodes of its radix tree.", stream.radixTreeNodes(), labels);
            stream.lastGenerated()
                    .ifPresent(id -> out.gauge(
                            "redis_stream_last_generated_id", "Time in its newest id, in milliseconds.", id, labels));
            out.gauge("redis_stream_groups", "Its consumer groups.", stream.groupCount(), labels);
            stream.groups().forEach(group -> group(stream, group, out));
        }
    }

    static long droppedGroups(List<StreamState> streams) {
        return streams.stream()
                .mapToLong(stream -> Math.max(0, stream.groupCount() - StreamReader.MAX_GROUPS))
                .sum();
    }

    static long droppedConsumers(List<StreamState> streams) {
        return streams.stream()
                .flatMap(stream -> stream.groups().stream())
                .mapToLong(group -> Math.max(0, group.consumerCount() - StreamReader.MAX_CONSUMERS))
                .sum();
    }

    private static void group(StreamState stream, Group group, MetricSink out) {
        String[] labels = {"db", stream.database(), "stream", stream.name(), "group", group.name()};
        out.gauge("redis_stream_group_consumers", "Consumers of a group.", group.consumerCount(), labels);
        out.gauge(
                "redis_stream_group_messages_pending",
                "Entries delivered to a consumer group and not acknowledged.",
                group.pending(),
                labels);
        group.lastDelivered()
                .ifPresent(id -> out.gauge(
                        "redis_stream_group_last_delivered_id",
                        "Time in the newest id delivered, in milliseconds.",
                        id,
                        labels));
        group.lag()
                .ifPresent(lag -> out.gauge(
                        "redis_stream_group_lag", "Entries not yet delivered to a consumer group.", lag, labels));
        for (Consumer consumer : group.consumers()) {
            String[] own = {
                "db", stream.database(), "stream", stream.name(), "group", group.name(), "consumer", consumer.name()
            };
            out.gauge(
                    "redis_stream_group_consumer_messages_pending",
                    "Entries delivered to a consumer and not acknowledged.",
                    consumer.pending(),
                    own);
            out.gauge(
                    "redis_stream_group_consumer_idle_seconds",
                    "Since a consumer last tried to read.",
                    consumer.idleSeconds(),
                    own);
        }
    }
}
