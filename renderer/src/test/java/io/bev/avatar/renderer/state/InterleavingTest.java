package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.renderer.state.StateStore.Origin;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.testkit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random updates from all sources, interleaved with restarts of store and Redis: each accepted field must survive. */
class InterleavingTest {

    private static final int STEPS = 60;

    @TempDir
    Path directory;

    @TempDir
    Path redisDirectory;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void everyAcceptedUpdate_survives(long seed) {
        Random random = new Random(seed);
        try (TestRedis redis = TestRedis.start(redisDirectory)) {
            DurableStateStore store = Stores.open(directory, redis.config());
            boolean up = true;
            double mouth = 0;
            double gaze = 0;
            String investigation = "";
            List<Long> seqs = new CopyOnWriteArrayList<>();
            try {
                for (int step = 1; step <= STEPS; step++) {
                    String at = "seed " + seed + ", step " + step;
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> {
                            mouth = step / 100.0;
                            assertThat(Stores.submit(store, "{'mouth':" + mouth + "}")
                                            .accepted())
                                    .as(at)
                                    .isTrue();
                        }
                        case 3 -> {
                            investigation = "INV-" + step;
                            Outcome outcome = store.submitOsint(
                                    Stores.json("{'investigation_id':'" + investigation + "'}"), Origin.HTTP);
                            assertThat(outcome.accepted()).as(at).isTrue();
                        }
                        case 4 -> {
                            if (up) {
                                gaze = step / 100.0;
                                redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("gaze.x", Double.toString(gaze)));
                            }
                        }
                        case 5 ->
                            assertThat(Stores.submit(store, "{'mouth':7}").reason())
                                    .as(at)
                                    .isEqualTo("out_of_range");
                        case 6 -> {
                            if (up) {
                                redis.kill();
                            } else {
                                redis.start();
                            }
                            up = !up;
                        }
                        default -> {
                            store.close();
                            store = Stores.open(directory, redis.config());
                            store.onChange(state -> seqs.add(state.seq()));
                        }
                    }
                    assertThat(store.current().mouth()).as(at).isEqualTo(mouth);
                }
                if (!up) {
                    redis.start();
                }
                awaitSync(store, redis, seed, mouth, gaze, investigation);
                assertThat(seqs)
                        .as("listeners see changes in order, seed %d", seed)
                        .isSorted();
            } finally {
                store.close();
            }
        }
    }

    private static void awaitSync(
            DurableStateStore store, TestRedis redis, long seed, double mouth, double gaze, String investigation) {
        Await.until("stream read, seed " + seed, () -> store.current().gaze().x() == gaze);
        Await.until(
                "saved, seed " + seed,
                () -> String.valueOf(redis.commands().get(RedisKeys.STATE))
                        .contains("\"seq\":" + store.current().seq() + ","));
        Await.until("nothing pending, seed " + seed, () -> store.statistics().journalPending() == 0);
        assertThat(store.current().mouth()).isEqualTo(mouth);
        assertThat(store.current()
                        .investigation()
                        .map(AvatarState.Investigation::id)
                        .orElse(""))
                .isEqualTo(investigation);
        assertThat(store.statistics().rejectedByReason()).doesNotContainKey("stale");
    }
}
