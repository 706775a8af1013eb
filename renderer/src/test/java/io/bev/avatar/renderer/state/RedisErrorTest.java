package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.emotion;
import static io.bev.avatar.renderer.state.Stores.open;
import static io.bev.avatar.renderer.state.Stores.submit;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The store with a real, failing Redis. */
class RedisErrorTest {

    @TempDir
    Path redisDirectory;

    @TempDir
    Path directory;

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

    private static String detail(StateStore store) {
        return store.statistics().redisDetail();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void redisRestart_pendingIsReplayedAndNothingLost(boolean killed) {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'emotion':'happy'}");
            Await.until("saved", () -> saved().contains("happy"));
            if (killed) {
                redis.kill();
            } else {
                redis.stop();
            }
            Await.until("disconnect detected", () -> !store.statistics().redisConnected());
            for (int i = 1; i <= 5; i++) {
                assertThat(submit(store, "{'mouth':0." + i + "}").accepted()).isTrue();
            }
            assertThat(store.statistics().journalPending()).isEqualTo(5);
            assertThat(detail(store)).contains("127.0.0.1:" + redis.port(), "unreachable");
            assertThat(store.save()).isFalse();
            redis.start();
            Await.until("replayed", () -> saved().contains("\"mouth\":0.5"));
            Await.until("nothing pending", () -> store.statistics().journalPending() == 0);
            assertThat(saved()).contains("happy", "\"seq\":" + store.current().seq());
            Await.until("status ok", () -> detail(store).endsWith(": ok"));
        }
    }

    @Test
    void redisReturnsEmpty_stateIsWrittenAgain() {
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'emotion':'happy'}");
            Await.until("saved", () -> saved().contains("happy"));
            redis.commands().flushall();
            Await.until("written again", () -> saved().contains("happy"));
        }
    }

    @Test
    void redisHangs_startAndUpdatesDoNotWaitForIt() {
        redis.hang(true);
        try (DurableStateStore store = open(directory, redis.config())) {
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            assertThat(store.statistics().redisConnected()).isFalse();
            redis.hang(false);
            Await.until("saved", () -> saved().contains("happy"));
            redis.hang(true);
            assertThat(submit(store, "{'emotion':'alert'}").accepted()).isTrue();
            Await.until("disconnect detected", () -> !store.statistics().redisConnected());
            redis.hang(false);
            Await.until("saved", () -> saved().contains("alert"));
        } finally {
            redis.hang(false);
        }
    }

    @Test
    void redisUnreachable_journalKeepsState() throws IOException {
        Optional<RedisConfig> unreachable = TestRedis.config("redis://127.0.0.1:" + FreePorts.take(1)[0]);
        try (DurableStateStore store = open(directory, unreachable)) {
            submit(store, "{'emotion':'happy'}");
            assertThat(store.statistics().redisConnected()).isFalse();
            Await.until("refused", () -> detail(store).contains("unreachable"));
        }
        try (DurableStateStore store = open(directory, unreachable)) {
            assertThat(emotion(store)).isEqualTo(Emotion.HAPPY);
            assertThat(store.statistics().journalPending()).isEqualTo(1);
        }
    }

    @Test
    void unresponsiveServer_startReturnsWithJournalState() throws IOException {
        try (DurableStateStore store = open(directory, Stores.NO_REDIS)) {
            submit(store, "{'emotion':'happy'}");
        }
        try (ServerSocket mute = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                DurableStateStore store =
                        open(directory, TestRedis.config("redis://127.0.0.1:" + mute.getLocalPort()))) {
            assertThat(emotion(store)).isEqualTo(Emotion.HAPPY);
            assertThat(store.statistics().redisConnected()).isFalse();
            Await.until("timeout reported", () -> detail(store).contains("unreachable (no response in time)"));
        }
    }

    @Test
    void keyOfWrongType_isReportedAndNotOverwritten() {
        redis.commands().hset(RedisKeys.STATE, "a", "b");
        redis.commands().set(RedisKeys.OSINT_UPDATES, "not a stream");
        try (DurableStateStore store = open(directory, redis.config())) {
            submit(store, "{'emotion':'happy'}");
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("mouth", "0.5"));
            Await.until("the healthy stream is read", () -> store.current().mouth() == 0.5);
            Await.until(
                    "both named",
                    () -> detail(store).contains("avatar:state: WRONGTYPE")
                            && detail(store).contains("osint:updates: WRONGTYPE"));
            assertThat(store.statistics().redisConnected()).isTrue();
            assertThat(store.statistics().journalPending()).isPositive();
            assertThat(store.statistics().saveFailures()).isPositive();
            assertThat(redis.commands().hget(RedisKeys.STATE, "a")).isEqualTo("b");
            redis.commands().del(RedisKeys.STATE, RedisKeys.OSINT_UPDATES);
            Await.until("saved", () -> saved().contains("happy"));
            Await.until("status ok", () -> detail(store).endsWith(": ok"));
        }
    }

    @Test
    void readOnlyReplica_stateStaysInJournalUntilPrimary() throws IOException {
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            redis.commands().configSet("replica-serve-stale-data", "yes");
            redis.commands().replicaof("127.0.0.1", FreePorts.take(1)[0]);
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            Await.until("error reported", () -> detail(store).contains("READONLY"));
            assertThat(store.statistics().journalPending()).isPositive();
            redis.commands().replicaofNoOne();
            Await.until("saved", () -> saved().contains("happy"));
            redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("emotion", "alert"));
            Await.until("streams read again", () -> emotion(store) == Emotion.ALERT);
            Await.until("status ok", () -> detail(store).endsWith(": ok"));
        }
    }

    @Test
    void redisOutOfMemory_stateStaysInJournal() {
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            redis.commands().configSet("maxmemory", "1");
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            Await.until("error reported", () -> detail(store).contains("OOM"));
            assertThat(store.statistics().journalPending()).isPositive();
            redis.commands().configSet("maxmemory", "0");
            Await.until("saved", () -> saved().contains("happy"));
            Await.until("status ok", () -> detail(store).endsWith(": ok"));
        }
    }

    @Test
    void snapshotFails_misconfIsTemporary() throws IOException {
        redis.commands().configSet("appendonly", "no");
        try (DurableStateStore store = open(directory, redis.config())) {
            Await.until("connected", () -> store.statistics().redisConnected());
            redis.commands().configSet("save", "3600 1");
            java.nio.file.Files.createDirectories(
                    redisDirectory.resolve("dump.rdb").resolve("in-the-way"));
            redis.commands().bgsave();
            Await.until(
                    "snapshot failed",
                    () -> redis.commands().info("persistence").contains("rdb_last_bgsave_status:err"));
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            Await.until("error reported", () -> detail(store).contains("MISCONF"));
            redis.commands().configSet("stop-writes-on-bgsave-error", "no");
            Await.until("saved", () -> saved().contains("happy"));
            Await.until("status ok", () -> detail(store).endsWith(": ok"));
        }
    }

    @Test
    void wrongPassword_isReportedWithRemedy_withoutSecret() {
        redis.commands().configSet("requirepass", "right-secret");
        try (DurableStateStore store =
                open(directory, TestRedis.config("redis://:wrong-secret@127.0.0.1:" + redis.port()))) {
            Await.until("error reported", () -> detail(store).contains("WRONGPASS"));
            assertThat(detail(store))
                    .contains("set the user and password in redis.url")
                    .doesNotContain("secret");
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
        }
        try (DurableStateStore store = open(directory, TestRedis.config("redis://127.0.0.1:" + redis.port()))) {
            Await.until("error reported", () -> detail(store).contains("NOAUTH"));
        }
        try (DurableStateStore store =
                open(directory, TestRedis.config("redis://:right-secret@127.0.0.1:" + redis.port()))) {
            Await.until("saved", () -> saved().contains("happy"));
            assertThat(detail(store)).doesNotContain("secret");
        }
    }

    @Test
    void journalOff_updatesAreStoredInRedisBeforeTheyAreAccepted() throws IOException {
        Path file = java.nio.file.Files.createFile(directory.resolve("a-file"));
        try (DurableStateStore store = open(file.resolve("state"), redis.config())) {
            assertThat(store.journalFault()).isPresent();
            Await.until("connected", () -> store.statistics().redisConnected());
            assertThat(submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            assertThat(saved()).contains("happy");
            assertThat(store.statistics().unsavedUpdates()).isZero();
            redis.commands().set(RedisKeys.STATE, "{\"seq\":40,\"mouth\":0.25}");
            assertThat(submit(store, "{'intensity':1}").accepted()).isTrue();
            assertThat(saved()).contains("\"seq\":41", "\"mouth\":0.25", "\"intensity\":1.0");
            String event = "{\"investigation_id\":\"A\",\"threat_level\":0.9,\"event_id\":\"e1\"}";
            redis.stop();
            Await.until("disconnect detected", () -> !store.statistics().redisConnected());
            Outcome rejected = store.submitOsint(Stores.json(event), StateStore.Origin.HTTP);
            assertThat(rejected.reason()).isEqualTo("not_durable");
            assertThat(store.current().seq()).isEqualTo(41);
            redis.start();
            Await.until("reconnected", () -> store.statistics().redisConnected());
            assertThat(store.submitOsint(Stores.json(event), StateStore.Origin.HTTP)
                            .accepted())
                    .isTrue();
            String id = redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("emotion", "curious"));
            Await.until("applied", () -> emotion(store) == Emotion.CURIOUS);
            Await.until(
                    "acknowledged " + id,
                    () -> redis.commands()
                                    .xpending(RedisKeys.STATE_UPDATES, RedisKeys.GROUP)
                                    .getCount()
                            == 0);
            assertThat(saved()).contains("curious");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ERR invalid password | NEEDS_OPERATOR",
                "WRONGPASS invalid username-password pair or user is disabled. | NEEDS_OPERATOR",
                "NOAUTH Authentication required. | NEEDS_OPERATOR",
                "NOPERM this user has no permissions | NEEDS_OPERATOR",
                "READONLY You can't write against a read only replica. | TEMPORARY",
                "ERR Error running script (call to f_1): @user_script:3: -MISCONF Redis is configured | TEMPORARY",
                "LOADING Redis is loading the dataset in memory | TEMPORARY",
                "BUSY Redis is busy running a script. | TEMPORARY",
                "ERR max number of clients reached | TEMPORARY",
            })
    void errorReplies_areClassified(String answer, RedisError.Kind kind) {
        assertThat(RedisError.ofReply(answer).kind()).isEqualTo(kind);
    }
}
