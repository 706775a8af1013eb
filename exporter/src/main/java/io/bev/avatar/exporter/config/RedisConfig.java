package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisAddress;
import java.time.Duration;
import java.util.Optional;

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

    /** Reads the section, empty where its {@code url} is: no Redis. Problems are noted in {@code config}. */
    public static Optional<RedisConfig> from(Config config) {
        Duration timeout =
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(30));
        return RedisAddress.from(config).map(address -> new RedisConfig(address, timeout));
    }
}
