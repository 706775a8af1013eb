package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Consumer;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Group;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.LatencyEvent;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.SlowEntry;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The Redis collector with recorded replies. */
public final class RedisFixture {

    private RedisFixture() {}

    public static void collect(Path info, Clock clock, MetricSink out) throws Exception {
        String text = Files.readString(info);
        RedisReader recorded = () -> new RedisSnapshot(
                RedisInfo.parse(text),
                Map.of("maxclients", "10000", "client-output-buffer-limit", "normal 0 0 0 pubsub 32768 8192 60"),
                2,
                OptionalLong.of(1),
                new SlowEntry(41, 0.0125),
                List.of(new LatencyEvent("command", 1_767_225_600, 0.02)),
                """
                cluster_state:ok
                cluster_slots_assigned:16384
                cluster_slots_pfail:0
                cluster_slots_fail:0
                cluster_stats_messages_sent:7
                """,
                List.of(new StreamState(
                        "db0",
                        "osint:updates",
                        12,
                        1,
                        2,
                        OptionalLong.of(1_767_225_600_000L),
                        2,
                        List.of(
                                new Group(
                                        "renderer",
                                        1,
                                        3,
                                        OptionalLong.of(1_767_225_599_000L),
                                        OptionalDouble.of(2),
                                        List.of(new Consumer("renderer", 3, 0.25))),
                                new Group("archive", 0, 0, OptionalLong.of(0), OptionalDouble.empty(), List.of())))),
                List.of());
        new RedisCollector(recorded, clock).collect(out);
    }
}
