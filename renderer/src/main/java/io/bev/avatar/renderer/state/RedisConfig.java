package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisAddress;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code redis}. Its text never shows the password.
 *
 * @param redis where it is, key {@code redis.url} and the TLS files beside it; empty for none
 * @param timeout how long to wait for a connection or an answer, key {@code redis.timeout}
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
                    "one server, or Sentinel: the renderer reads two streams in one command, which a Cluster refuses");
        }
        return new RedisConfig(redis, timeout);
    }

    /** The address with its password, for the client only. */
    Optional<RedisURI> uri() {
        return redis.map(address -> address.uris(timeout, NAME).get(0));
    }

    /** The address for people: host, port and database, or what there is instead. */
    String address() {
        return redis.map(address -> address.toString().replaceFirst("^redis://", ""))
                .orElse("no Redis");
    }

    @Override
    public String toString() {
        return "RedisConfig[" + address() + ", timeout=" + timeout + "]";
    }
}
