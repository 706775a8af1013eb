package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Group;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.SlowEntry;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The Redis collector over a recorded answer. */
public final class RedisFixture {

    private RedisFixture() {}

    public static void collect(Path info, Clock clock, MetricSink out) throws Exception {
        String text = Files.readString(info);
        RedisReader recorded = () -> new RedisSnapshot(
                text,
                OptionalInt.of(2),
                OptionalLong.of(1),
                new SlowEntry(41, 0.0125),
                List.of(new StreamState(
                        "db0",
                        "osint:updates",
                        12,
                        List.of(
                                new Group("renderer", 3, OptionalDouble.of(2)),
                                new Group("archive", 0, OptionalDouble.empty())))));
        new RedisCollector(recorded, clock).collect(out);
    }
}
