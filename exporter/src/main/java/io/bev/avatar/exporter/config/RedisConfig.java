package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code redis}, shared by renderer and exporter.
 *
 * @param address address; its text form contains no user and no password
 * @param timeout timeout for connecting and for each batch of commands
 */
public record RedisConfig(RedisAddress address, Duration timeout) {

    /** Creates a configuration without TLS files. */
    public RedisConfig(String url, Duration timeout) {
        this(RedisAddress.of(url), timeout);
    }

    /**
     * Reads the section; empty if {@code url} is empty, which disables Redis. Problems are recorded in {@code config}.
     */
    public static Optional<RedisConfig> from(Config config) {
        Duration timeout =
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(30));
        return RedisAddress.from(config).map(address -> new RedisConfig(address, timeout));
    }
}
