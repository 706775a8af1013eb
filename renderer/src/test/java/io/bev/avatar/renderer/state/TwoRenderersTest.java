package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two renderers on one Redis: each accepts updates, and both end with the same state. */
class TwoRenderersTest {

    private static final int UPDATES = 200;
    private static final int ENTRIES = 100;

    @TempDir
    Path redisDirectory;

    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    void concurrentUpdates_endInOneState() throws Exception {
        try (TestRedis redis = TestRedis.start(redisDirectory);
                DurableStateStore a = Stores.open(first, redis.config());
                DurableStateStore b = Stores.open(second, redis.config())) {
            AtomicInteger accepted = new AtomicInteger();
            List<Thread> writers = new ArrayList<>();
            for (DurableStateStore store : List.of(a, b)) {
                String name = store == a ? "a" : "b";
                Thread writer = new Thread(() -> {
                    for (int i = 0; i < UPDATES; i++) {
                        if (Stores.submit(store, "{'investigation':{'id':'" + name + i + "'}}")
                                .accepted()) {
                            accepted.incrementAndGet();
                        }
                    }
                });
                writers.add(writer);
                writer.start();
            }
            for (int i = 0; i < ENTRIES; i++) {
                redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("mouth", Double.toString(i / 100.0)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(accepted).hasValue(2 * UPDATES);
            Await.until("one state", () -> {
                String document = redis.commands().get(RedisKeys.STATE);
                return document != null
                        && a.current().seq() == b.current().seq()
                        && document.contains("\"seq\":" + a.current().seq() + ",");
            });
            Thread.sleep(500);
            assertThat(document(b)).isEqualTo(document(a));
            assertThat(redis.commands().get(RedisKeys.STATE)).isEqualTo(document(a));
        }
    }

    private static String document(DurableStateStore store) {
        return new String(StateDocument.write(store.current()), StandardCharsets.UTF_8);
    }
}
