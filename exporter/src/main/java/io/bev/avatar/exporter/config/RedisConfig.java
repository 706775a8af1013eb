package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The section {@code redis}, which renderer and exporter share.
 *
 * @param url address in Lettuce's syntax; may hold a password, so it is never printed whole
 * @param timeout for connecting and for each round of commands
 */
public record RedisConfig(String url, Duration timeout) {

    private static final Pattern SCHEME =
            Pattern.compile("(redis|rediss|redis-socket|redis-sentinel|rediss-sentinel)://.+");
    private static final Pattern CREDENTIALS = Pattern.compile("//[^/]*@");

    /** Reads the section; problems are noted in {@code config}. */
    public static RedisConfig from(Config config) {
        String url = config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
        if (!SCHEME.matcher(url).matches()) {
            config.problem(
                    "redis.url",
                    "'" + redact(url) + "'",
                    "an address such as redis://127.0.0.1:6379 or rediss://host:port");
        }
        return new RedisConfig(
                url,
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(30)));
    }

    /** The address without user and password. */
    public static String redact(String url) {
        return CREDENTIALS.matcher(url).replaceFirst("//");
    }

    @Override
    public String toString() {
        return "RedisConfig[url=" + redact(url) + ", timeout=" + timeout + "]";
    }
}
