package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisAddress;
import java.time.Duration;

/**
 * The section {@code redis}, which renderer and exporter share.
 *
 * @param address where it is; its text shows no user and no password
 * @param timeout for connecting and for each round of commands
 */
public record RedisConfig(RedisAddress address, Duration timeout) {

    /** Without TLS files. */
    public RedisConfig(String url, Duration timeout) {
        this(RedisAddress.of(url), timeout);
    }

    /** Reads the section; problems are noted in {@code config}. */
    public static RedisConfig from(Config config) {
        RedisAddress address = RedisAddress.from(config).orElseGet(() -> {
            if (config.text("redis.url", "-", "BEV_REDIS_URL").isEmpty()) {
                config.problem("redis.url", "nothing", RedisAddress.EXPECTED + "; the exporter needs one");
            }
            return RedisAddress.of("redis://127.0.0.1:6379");
        });
        return new RedisConfig(
                address,
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(30)));
    }
}
