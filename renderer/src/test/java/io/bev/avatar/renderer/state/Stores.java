package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Stores and documents for tests. */
final class Stores {

    static final Optional<RedisConfig> NO_REDIS = Optional.empty();

    private Stores() {}

    static OsintConfig osint() {
        return OsintConfig.from(Config.of("", "test", Map.of()));
    }

    static DurableStateStore open(Path directory, Optional<RedisConfig> redis) {
        DurableStateStore store = new DurableStateStore(
                new StateConfig(directory, Duration.ofHours(1)), redis, osint(), Clock.systemUTC(), Ticker.system());
        store.start();
        return store;
    }

    static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static StateStore.Outcome submit(StateStore store, String text) {
        return store.submit(json(text), StateStore.Origin.HTTP);
    }

    static Emotion emotion(StateStore store) {
        return store.current().emotion();
    }
}
