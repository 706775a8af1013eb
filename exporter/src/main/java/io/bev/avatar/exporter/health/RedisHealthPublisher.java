package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.redis.RedisKeyValues;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The last results in Redis: {@code avatar:health_summary} and {@code avatar:health:<check>}, gone after five minutes. */
public final class RedisHealthPublisher {

    /** How long a result counts. */
    public static final Duration LIFE = Duration.ofMinutes(5);

    private final RedisKeyValues redis;

    public RedisHealthPublisher(RedisKeyValues redis) {
        this.redis = redis;
    }

    /** @throws IOException when Redis is away or refuses */
    public void write(HealthReport report) throws IOException, InterruptedException {
        Map<String, String> texts = new LinkedHashMap<>();
        report.results()
                .forEach(result -> texts.put("avatar:health:" + result.check(), HealthJson.write(report, result)));
        texts.put("avatar:health_summary", HealthJson.write(report));
        redis.set(texts, LIFE);
    }
}
