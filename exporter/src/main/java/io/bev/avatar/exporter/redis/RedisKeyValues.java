package io.bev.avatar.exporter.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Keys of Redis that hold text. Every call is one round trip and fails as {@link RedisConnection#call} does. */
public final class RedisKeyValues {

    private final RedisConnection link;

    public RedisKeyValues(RedisConnection link) {
        this.link = link;
    }

    /** The text of a key, empty where it is not there. */
    public Optional<String> get(String key) throws IOException, InterruptedException {
        return link.call(commands -> commands.get(key).thenApply(Optional::ofNullable));
    }

    /** Writes keys that vanish after {@code life}. */
    public void set(Map<String, String> texts, Duration life) throws IOException, InterruptedException {
        Integer unused = link.call(commands -> {
            List<CompletableFuture<String>> sent = new ArrayList<>();
            texts.forEach((key, text) -> {
                RedisFuture<String> one = commands.set(key, text, SetArgs.Builder.px(life));
                sent.add(one.toCompletableFuture());
            });
            return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                    .thenApply(done -> sent.size());
        });
    }

    /** Removes a key; gives whether it was there. */
    public boolean delete(String key) throws IOException, InterruptedException {
        return link.call(commands -> commands.del(key).thenApply(removed -> removed > 0));
    }
}
