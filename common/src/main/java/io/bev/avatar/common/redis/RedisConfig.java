package io.bev.avatar.common.redis;

import io.bev.avatar.common.config.Config;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code redis}, read by renderer and exporter.
 *
 * @param address address; its text form contains no user and no password
 * @param timeout timeout of connections and of each command or batch of commands, 50 ms to 30 s
 */
public record RedisConfig(RedisAddress address, Duration timeout) {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(50);
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(30);

    /** Creates a configuration without TLS files. */
    public RedisConfig(String url, Duration timeout) {
        this(RedisAddress.of(url), timeout);
    }

    /**
     * Reads the section; empty if {@code url} is empty, which disables Redis. Problems are recorded in {@code config}.
     */
    public static Optional<RedisConfig> from(Config config) {
        Duration timeout = config.duration("redis.timeout", DEFAULT_TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT);
        return RedisAddress.from(config).map(address -> new RedisConfig(address, timeout));
    }
}
