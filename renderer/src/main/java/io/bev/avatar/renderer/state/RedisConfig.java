package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import io.lettuce.core.RedisURI;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Section {@code redis}. Its text never shows the password.
 *
 * @param url {@code redis://[[user]:password@]host[:port][/database]}, {@code rediss://...} or {@code
 *     redis-socket:///path}; empty for none. Key {@code redis.url}
 * @param timeout how long to wait for a connection or an answer, key {@code redis.timeout}
 */
public record RedisConfig(Optional<String> url, Duration timeout) {

    private static final String EXPECTED = "redis://[[user]:password@]host[:port][/database]";
    private static final Pattern SECRET = Pattern.compile("(?<=:)[^:@/]*(?=@)|//[^/]*@");

    public static RedisConfig from(Config config) {
        String url = config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
        Duration timeout =
                config.duration("redis.timeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofMinutes(1));
        RedisConfig read = new RedisConfig(Optional.of(url).filter(u -> !u.isEmpty()), timeout);
        try {
            read.uri();
        } catch (IllegalArgumentException e) {
            config.problem("redis.url", "'" + SECRET.matcher(url).replaceAll("****") + "'", EXPECTED);
            return new RedisConfig(Optional.empty(), timeout);
        }
        return read;
    }

    /**
     * The address with its password, for the client only.
     *
     * @throws IllegalArgumentException when the URL is not one
     */
    Optional<RedisURI> uri() {
        return url.map(text -> {
            URI parsed = URI.create(text);
            if (Set.of("redis", "rediss").contains(String.valueOf(parsed.getScheme())) && parsed.getHost() == null) {
                throw new IllegalArgumentException("no host, or no number as port");
            }
            RedisURI uri = RedisURI.create(parsed);
            uri.setTimeout(timeout);
            uri.setClientName("bev-avatar-renderer");
            return uri;
        });
    }

    /** The address for people: host, port and database. */
    String address() {
        return uri().map(uri -> {
                    String database = uri.getDatabase() == 0 ? "" : "/" + uri.getDatabase();
                    return (uri.getSocket() != null ? uri.getSocket() : uri.getHost() + ":" + uri.getPort()) + database;
                })
                .orElse("no Redis");
    }

    @Override
    public String toString() {
        return "RedisConfig[" + address() + ", timeout=" + timeout + "]";
    }
}
