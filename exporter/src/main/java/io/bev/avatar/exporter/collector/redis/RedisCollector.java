package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/**
 * Collector {@code redis}. An unreachable or late Redis yields {@code redis_up 0} and a failed collection.
 * An error reply to one command costs the metrics of that command.
 */
public final class RedisCollector implements Collector {

    private final RedisReader reader;
    private final RedisMetrics metrics;

    RedisCollector(RedisReader reader, Clock clock) {
        this.reader = reader;
        this.metrics = new RedisMetrics(clock);
    }

    /** @param streams names of the streams to report length and consumer groups of */
    public static RedisCollector over(RedisConnection link, List<String> streams, Clock clock) {
        return new RedisCollector(new LettuceRedisReader(link, streams, clock), clock);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        RedisSnapshot snapshot;
        try {
            snapshot = reader.read();
        } catch (IOException e) {
            throw down(out, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw down(
                    out, "Redis did not respond within the scrape timeout: check its load, or lower redis.timeout", e);
        }
        up(out, 1);
        metrics.write(snapshot, out);
        if (!snapshot.problems().isEmpty()) {
            throw new PartialCollectionException("Redis returned errors: " + String.join("; ", snapshot.problems())
                    + "; other metrics are complete");
        }
    }

    private static PartialCollectionException down(MetricSink out, String message, Exception cause) {
        up(out, 0);
        return new PartialCollectionException(message, cause);
    }

    @Override
    public void reportUnreachable(MetricSink out) {
        up(out, 0);
    }

    private static void up(MetricSink out, double value) {
        out.gauge("redis_up", "Information about the Redis instance", value);
    }
}
