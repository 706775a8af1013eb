package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.emotion;
import static io.bev.avatar.renderer.state.Stores.json;
import static io.bev.avatar.renderer.state.Stores.open;
import static io.bev.avatar.renderer.state.Stores.submit;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.renderer.state.StateStore.Origin;
import io.bev.avatar.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store with a real, healthy Redis. */
class RedisStateTest {

    @TempDir
    Path redisDirectory;

    @TempDir
    Path directory;

    @TempDir
    Path otherDirectory;

    private TestRedis redis;

    @BeforeEach
    void start() {
        redis = TestRedis.start(redisDirectory);
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private String saved() {
        return String.valueOf(redis.commands().get(RedisKeys.STATE));
    }

    private long pendingEntries(String stream) {
        return redis.commands().xpending(stream, RedisKeys.GROUP).getCount();
    }

    private boolean isRead(String stream, String id) {
        return redis.commands().xinfoGroups(stream).toString().contains(id) && pendingEntries(stream) == 0;
    }

    @Test
    void change_isSavedSoonAndRestoredByAnotherRenderer() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'emotion':'happy','blendshapes':{'jawOpen':0.25}}");
            Await.until("saved", () -> saved().contains("happy"));
            Await.until("nothing pending", () -> store.statistics().journalPending() == 0);
            assertThat(store.statistics().saves()).isPositive();
            assertThat(store.statistics().lastSave()).isPresent();
        }
        try (DurableStateStore store = open(otherDirectory, redis.config())) {
            Await.until("restored", () -> emotion(store) == Emotion.HAPPY);
            assertThat(store.current().blendshapes()).containsExactly(Map.entry("jawOpen", 0.25));
            assertThat(store.statistics().lastRestore()).isPresent();
        }
    }

    @Test
    void restore_newestOfRedisAndJournal_isUsed() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'seq':10,'emotion':'happy'}");
        }
        redis.commands().set(RedisKeys.STATE, "{\"schema\":1,\"seq\":9,\"emotion\":\"alert\"}");
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("the older one overwritten", () -> saved().contains("happy"));
            assertThat(emotion(store)).isEqualTo(Emotion.HAPPY);
            assertThat(store.statistics().rejectedByReason().values()).containsOnly(0L);
        }
        redis.commands().set(RedisKeys.STATE, "{\"schema\":1,\"seq\":12,\"emotion\":\"curious\"}");
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("the newer one applied", () -> emotion(store) == Emotion.CURIOUS);
            assertThat(store.current().seq()).isEqualTo(12);
        }
    }

    @Test
    void clientWritesKey_higherSequenceIsAdoptedAndCompleted() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'emotion':'happy','mouth':0.5}");
            Await.until("saved", () -> saved().contains("happy"));
            redis.commands().set(RedisKeys.STATE, "{\"seq\":50,\"emotion\":\"focused\"}");
            Await.until("applied", () -> store.current().seq() == 50);
            assertThat(emotion(store)).isEqualTo(Emotion.FOCUSED);
            assertThat(store.current().mouth()).isEqualTo(0.5);
            Await.until(
                    "written back completely", () -> saved().contains("\"mouth\":0.5") && saved().contains("focused"));
        }
    }

    @Test
    void clientWritesKey_withoutSequenceGetsNext() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'seq':7,'emotion':'happy'}");
            Await.until("saved", () -> saved().contains("happy"));
            redis.commands().set(RedisKeys.STATE, "{\"emotion\":\"thinking\"}");
            Await.until("applied", () -> emotion(store) == Emotion.THINKING);
            Await.until("written back", () -> saved().contains("\"seq\":8"));
        }
    }

    @Test
    void clientWritesKey_invalidValuesAreRejectedCountedAndOverwritten() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'seq':7,'emotion':'happy'}");
            Await.until("saved", () -> saved().contains("happy"));
            String[] bad = {
                "{\"seq\":3,\"emotion\":\"alert\"}",
                "{\"seq\":99,\"emotion\":\"angry\"}",
                "not json",
                "x".repeat(2_000_000),
                "{\"seq\":99,\"mouth\":7}",
                "[".repeat(5000)
            };
            for (String value : bad) {
                redis.commands().set(RedisKeys.STATE, value);
                Await.until("overwritten", () -> saved().contains("happy"));
            }
            assertThat(emotion(store)).isEqualTo(Emotion.HAPPY);
            assertThat(store.statistics().rejectedByReason())
                    .containsEntry("stale", 1L)
                    .containsEntry("unknown_emotion", 1L)
                    .containsEntry("malformed", 1L)
                    .containsEntry("out_of_range", 1L)
                    .containsEntry("too_large", 2L);
        }
    }

    @Test
    void clientWritesKey_sameSequenceOtherContentIsSuperseded() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'seq':7,'emotion':'happy'}");
            Await.until("saved", () -> saved().contains("happy"));
            redis.commands().set(RedisKeys.STATE, "{\"seq\":7,\"emotion\":\"alert\"}");
            Await.until("written with a higher number", () -> saved().contains("\"seq\":8"));
            assertThat(saved()).contains("happy");
        }
    }

    @Test
    void stream_updatesAreAppliedInOrderAndAcknowledged() {
        redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("json", "{\"emotion\":\"happy\"}"));
        List<String> seen = new CopyOnWriteArrayList<>();
        try (DurableStateStore store = open(directory, redis.config())) {
            store.onChange(state -> seen.add(state.emotion().label()));
            Await.until("the previous state", () -> emotion(store) == Emotion.HAPPY);
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("state", "{\"emotion\":\"nonsense\"}"));
            redis.commands()
                    .xadd(
                            RedisKeys.STATE_UPDATES,
                            Map.of(
                                    "emotion",
                                    "alert",
                                    "intensity",
                                    "0.75",
                                    "head.yaw",
                                    "0.5",
                                    "blendshapes.jawOpen",
                                    "0.3"));
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("json", "{\"seq\":1,\"emotion\":\"happy\"}"));
            String last = redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("activity", "crypto_tracking"));
            Await.until("all read", () -> isRead(RedisKeys.STATE_UPDATES, last));
            AvatarState state = store.current();
            assertThat(state.emotion()).isEqualTo(Emotion.ALERT);
            assertThat(state.intensity()).isEqualTo(0.75);
            assertThat(state.head().yaw()).isEqualTo(0.5);
            assertThat(state.blendshapes()).containsEntry("jawOpen", 0.3);
            assertThat(state.activity()).contains(Activity.CRYPTO_TRACKING);
            assertThat(store.statistics().rejectedByReason())
                    .containsEntry("unknown_emotion", 1L)
                    .containsEntry("stale", 1L);
        }
    }

    @Test
    void stream_unacknowledgedEntry_isAppliedAfterRestart() {
        String id = redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("json", "{\"emotion\":\"excited\"}"));
        redis.commands()
                .xgroupCreate(
                        io.lettuce.core.XReadArgs.StreamOffset.from(RedisKeys.STATE_UPDATES, "0"), RedisKeys.GROUP);
        redis.commands()
                .eval(
                        "return redis.call('XREADGROUP','GROUP','renderer','renderer','STREAMS',KEYS[1],'>')",
                        io.lettuce.core.ScriptOutputType.MULTI,
                        RedisKeys.STATE_UPDATES);
        assertThat(pendingEntries(RedisKeys.STATE_UPDATES)).isEqualTo(1);
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("applied", () -> emotion(store) == Emotion.EXCITED);
            Await.until("acknowledged", () -> isRead(RedisKeys.STATE_UPDATES, id));
        }
    }

    @Test
    void stream_entryAppliedBeforeTheCrashIsNotAppliedAgain() {
        String id;
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            id = redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("emotion", "happy"));
            Await.until("read", () -> isRead(RedisKeys.STATE_UPDATES, id));
            submit(store, "{'emotion':'alert'}");
        }
        // As after a crash between the journal and the acknowledgement: the entry is pending again.
        redis.commands()
                .xgroupSetid(
                        io.lettuce.core.XReadArgs.StreamOffset.from(RedisKeys.STATE_UPDATES, "0"), RedisKeys.GROUP);
        redis.commands()
                .eval(
                        "return redis.call('XREADGROUP','GROUP','renderer','renderer','STREAMS',KEYS[1],'>')",
                        io.lettuce.core.ScriptOutputType.MULTI,
                        RedisKeys.STATE_UPDATES);
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("acknowledged", () -> isRead(RedisKeys.STATE_UPDATES, id));
            assertThat(emotion(store)).isEqualTo(Emotion.ALERT);
        }
    }

    @Test
    void stream_deletedOrFlushed_isFollowedAgain() {
        try (DurableStateStore store = open(directory, redis.config())) {
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("emotion", "happy"));
            Await.until("applied", () -> emotion(store) == Emotion.HAPPY);
            redis.commands().flushall();
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("emotion", "curious"));
            Await.until("applied from the new stream", () -> emotion(store) == Emotion.CURIOUS);
            Await.until("state written to the emptied Redis", () -> saved().contains("curious"));
        }
    }

    @Test
    void osint_overStreamAndChannel_appliesOnce() {
        String event = "{\"activity_type\":\"breach_analysis\",\"investigation_id\":\"INV-7\",\"findings\":2}";
        List<AvatarState> seen = new CopyOnWriteArrayList<>();
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("subscribed", () -> subscribers() == 1);
            store.onChange(seen::add);
            String id = redis.commands().xadd(RedisKeys.OSINT_UPDATES, Map.of("json", event));
            redis.commands().publish(RedisKeys.OSINT_UPDATES, event);
            Await.until(
                    "the second copy rejected",
                    () -> store.statistics().rejectedByReason().containsKey("duplicate"));
            Await.until("read", () -> isRead(RedisKeys.OSINT_UPDATES, id));
            assertThat(seen).hasSize(1);
            assertThat(emotion(store)).isEqualTo(Emotion.DISCOVERED);
            Await.until(
                    "the investigation is written",
                    () -> redis.commands().exists(RedisKeys.CURRENT_INVESTIGATION) == 1);
            assertThat(redis.commands().ttl(RedisKeys.CURRENT_INVESTIGATION)).isBetween(3500L, 3600L);
            assertThat(redis.commands().get(RedisKeys.CURRENT_INVESTIGATION))
                    .contains("INV-7", "breach_analysis", "\"findings\":2");
        }
    }

    @Test
    void osint_channelAloneAndBadMessages() {
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("subscribed", () -> subscribers() == 1);
            redis.commands().publish(RedisKeys.OSINT_UPDATES, "{\"activity_type\":\"gardening\"}");
            redis.commands().publish(RedisKeys.OSINT_UPDATES, "nonsense");
            redis.commands()
                    .publish(
                            RedisKeys.OSINT_UPDATES,
                            "{\"activity_type\":\"threat_analysis\",\"investigation_id\":\"A\",\"threat_level\":0.9}");
            Await.until("applied", () -> emotion(store) == Emotion.ALERT);
            assertThat(store.statistics().rejectedByReason())
                    .containsEntry("unknown_activity", 1L)
                    .containsEntry("malformed", 1L);
        }
    }

    private long subscribers() {
        return redis.commands().pubsubNumsub(RedisKeys.OSINT_UPDATES).getOrDefault(RedisKeys.OSINT_UPDATES, 0L);
    }

    @Test
    void stream_invalidEntries_areKeptAsDeadLettersAndCanBeReplayed() throws Exception {
        try (DurableStateStore store = open(directory, redis.config());
                DeadLetterStore dead = new DeadLetterStore(redis.config().orElseThrow())) {
            redis.commands().xadd(RedisKeys.OSINT_UPDATES, Map.of("progress", "7"));
            redis.commands().xadd(RedisKeys.OSINT_UPDATES, Map.of("json", "no json"));
            String last = redis.commands().xadd(RedisKeys.OSINT_UPDATES, Map.of("investigation_id", "INV-7"));
            Await.until(
                    "the valid one is applied",
                    () -> store.current().investigation().isPresent());
            Await.until("all are acknowledged", () -> isRead(RedisKeys.OSINT_UPDATES, last));

            List<DeadLetterStore.Entry> all = letters(dead);
            assertThat(all).extracting(entry -> entry.letter().reason()).containsExactly("out_of_range", "malformed");
            assertThat(all.get(0).letter().detail()).contains("progress: found");
            assertThat(new String(all.get(0).letter().fields().get("progress"), StandardCharsets.UTF_8))
                    .isEqualTo("7");

            assertThat(dead.replay(all.get(0))).isTrue();
            Await.until(
                    "it fails again",
                    () -> letters(dead).size() == 2
                            && !letters(dead)
                                    .get(1)
                                    .letter()
                                    .id()
                                    .equals(all.get(1).letter().id()));
            for (DeadLetterStore.Entry entry : letters(dead)) {
                dead.discard(entry);
            }
            assertThat(letters(dead)).isEmpty();
        }
    }

    private static List<DeadLetterStore.Entry> letters(DeadLetterStore dead) {
        try {
            return dead.list();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void investigation_lostByRedis_isWrittenAgain() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'activity':'threat_analysis','investigation':{'id':'INV-9','findings':3}}");
            Await.until("written", () -> redis.commands().exists(RedisKeys.CURRENT_INVESTIGATION) == 1);
        }
        redis.commands().del(RedisKeys.CURRENT_INVESTIGATION, RedisKeys.STATE);
        try (DurableStateStore store = open(directory, redis.config())) {
            assertThat(store.current().investigation()).isPresent();
            Await.until("written again", () -> redis.commands().exists(RedisKeys.CURRENT_INVESTIGATION) == 1);
            assertThat(redis.commands().ttl(RedisKeys.CURRENT_INVESTIGATION)).isBetween(3500L, 3601L);
        }
        redis.commands().del(RedisKeys.STATE);
        try (DurableStateStore store = open(otherDirectory, redis.config())) {
            Await.until("restored", () -> store.current().investigation().isPresent());
            assertThat(store.current().investigation().orElseThrow().findings()).isEqualTo(3);
            assertThat(store.current().activity()).contains(Activity.THREAT_ANALYSIS);
        }
    }

    @Test
    void osint_oldStream_onlyLastEventApplies() {
        for (int i = 1; i <= 5; i++) {
            redis.commands()
                    .xadd(
                            RedisKeys.OSINT_UPDATES,
                            Map.of("investigation_id", "INV-" + i, "activity_type", "data_correlation"));
        }
        List<AvatarState> seen = new CopyOnWriteArrayList<>();
        try (DurableStateStore store = new DurableStateStore(
                new StateConfig(directory, Duration.ofHours(1)),
                redis.config(),
                Stores.osint(),
                Clock.systemUTC(),
                io.bev.avatar.common.time.Ticker.system())) {
            store.onChange(seen::add);
            store.start();
            Await.until("applied", () -> !seen.isEmpty());
            assertThat(store.current().investigation().orElseThrow().id()).isEqualTo("INV-5");
            assertThat(seen).hasSize(1);
        }
    }

    @Test
    void saveAndRestore_byHand() {
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            submit(store, "{'emotion':'happy'}");
            assertThat(store.save()).isTrue();
            assertThat(saved()).contains("happy");
            assertThat(store.restore()).isFalse();
            long saves = store.statistics().saves();
            assertThat(store.save()).isTrue();
            assertThat(store.statistics().saves()).isGreaterThan(saves);
        }
    }

    @Test
    void close_savesTheLastChange() {
        for (int i = 1; i <= 3; i++) {
            try (DurableStateStore store = open(directory, redis.config())) {
                Await.until("connected", () -> store.statistics().redisConnected());
                submit(store, "{'mouth':0." + i + "}");
                store.submitOsint(json("{'investigation_id':'X','progress':0." + i + "}"), Origin.HTTP);
            }
            assertThat(saved()).contains("\"mouth\":0." + i).contains("\"progress\":0." + i);
        }
    }
}
