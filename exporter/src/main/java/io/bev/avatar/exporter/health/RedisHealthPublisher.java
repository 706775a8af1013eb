package io.bev.avatar.exporter.health;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Publishes the last results to Redis: {@code avatar:health_summary} and {@code avatar:health:<check>}, which expire
 * after {@link #TTL}.
 */
public final class RedisHealthPublisher {

    /** Lifetime of a result; older ones are stale. */
    public static final Duration TTL = Duration.ofMinutes(5);

    private final RedisKeyValues redis;

    public RedisHealthPublisher(RedisKeyValues redis) {
        this.redis = redis;
    }

    /** @throws IOException if Redis is unreachable or rejects the command */
    public void write(HealthReport report) throws IOException, InterruptedException {
        Map<String, String> texts = new LinkedHashMap<>();
        report.results()
                .forEach(result -> texts.put(RedisKeys.health(result.name()), HealthJson.write(report, result)));
        texts.put(RedisKeys.HEALTH_SUMMARY, HealthJson.write(report));
        redis.set(texts, TTL);
    }
}
