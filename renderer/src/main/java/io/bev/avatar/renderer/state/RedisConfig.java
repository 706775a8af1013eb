package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisAddress;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code redis}. {@link #toString} never contains the password.
 *
 * @param redis address, keys {@code redis.url} and the TLS files; empty if not configured
 * @param timeout for connecting and for a response, key {@code redis.timeout}
 */
public record RedisConfig(Optional<RedisAddress> redis, Duration timeout) {

    private static final String NAME = "bev-avatar-renderer";

    public static RedisConfig from(Config config) {
        Optional<RedisAddress> redis = RedisAddress.from(config);
        Duration timeout =
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofMinutes(1));
        if (redis.isPresent() && redis.get().cluster()) {
            config.problem(
                    "redis.url",
                    "a Cluster, " + redis.get(),
                    "one server or Sentinel: the renderer reads two streams in one command, which Redis Cluster does not support");
        }
        return new RedisConfig(redis, timeout);
    }

    /** The address with its password, for the client only; must not be logged. */
    Optional<RedisURI> uri() {
        return redis.map(address -> address.uris(timeout, NAME).get(0));
    }

    /** The address for messages: host, port and database, or {@code no Redis}. */
    String address() {
        return redis.map(address -> address.toString().replaceFirst("^redis://", ""))
                .orElse("no Redis");
    }

    @Override
    public String toString() {
        return "RedisConfig[" + address() + ", timeout=" + timeout + "]";
    }
}
