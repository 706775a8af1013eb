package io.bev.avatar.exporter.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** String keys in Redis. Every call is one round trip and fails as {@link RedisConnection#call} does. */
public final class RedisKeyValues {

    private final RedisConnection link;

    public RedisKeyValues(RedisConnection link) {
        this.link = link;
    }

    /** The value of a key; empty when the key does not exist. */
    public Optional<String> get(String key) throws IOException, InterruptedException {
        return link.call(commands -> commands.get(key).thenApply(Optional::ofNullable));
    }

    /** Sets keys that expire after {@code timeToLive}. */
    public void set(Map<String, String> values, Duration timeToLive) throws IOException, InterruptedException {
        Integer unused = link.call(commands -> {
            List<CompletableFuture<String>> sent = new ArrayList<>();
            values.forEach((key, text) -> sent.add(commands.set(key, text, timeToLive)));
            return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                    .thenApply(done -> sent.size());
        });
    }

    /** Deletes a key; returns whether it existed. */
    public boolean delete(String key) throws IOException, InterruptedException {
        return link.call(commands -> commands.delete(key).thenApply(removed -> removed > 0));
    }
}
