package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A Redis that responds but rejects to store the state. */
@Timeout(120)
class RedisRejectionTest {

    @TempDir
    Path directory;

    /** Name, how Redis is made to reject, part of the reason, and how it is repaired. */
    static Stream<Arguments> rejections() {
        return Stream.of(
                rejection(
                        "full memory",
                        redis -> redis.configSet("maxmemory", "1"),
                        "OOM",
                        redis -> redis.configSet("maxmemory", "0")),
                rejection(
                        "replica", redis -> redis.replicaof("127.0.0.1", 1), "READONLY", RedisCommands::replicaofNoOne),
                rejection(
                        "missing permission",
                        redis -> redis.dispatch(
                                io.lettuce.core.protocol.CommandType.ACL,
                                new io.lettuce.core.output.StatusOutput<>(io.lettuce.core.codec.StringCodec.UTF8),
                                new io.lettuce.core.protocol.CommandArgs<>(io.lettuce.core.codec.StringCodec.UTF8)
                                        .add("SETUSER")
                                        .add("default")
                                        .add("-set")),
                        "grant this user access",
                        redis -> redis.dispatch(
                                io.lettuce.core.protocol.CommandType.ACL,
                                new io.lettuce.core.output.StatusOutput<>(io.lettuce.core.codec.StringCodec.UTF8),
                                new io.lettuce.core.protocol.CommandArgs<>(io.lettuce.core.codec.StringCodec.UTF8)
                                        .add("SETUSER")
                                        .add("default")
                                        .add("+set"))),
                rejection(
                        "key of another type",
                        redis -> {
                            redis.del("avatar:state");
                            redis.lpush("avatar:state", "x");
                        },
                        "WRONGTYPE",
                        redis -> redis.del("avatar:state")));
    }

    private static Arguments rejection(
            String name,
            Consumer<RedisCommands<String, String>> reject,
            String reason,
            Consumer<RedisCommands<String, String>> repair) {
        return Arguments.of(name, reject, reason, repair);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejections")
    void rejectedSave_isReportedWithReasonAndUpdatesBehind_untilRepaired(
            String name,
            Consumer<RedisCommands<String, String>> reject,
            String reason,
            Consumer<RedisCommands<String, String>> repair)
            throws Exception {
        try (TestRedis redis = TestRedis.start(Files.createDirectory(directory.resolve("redis")));
                DurableStateStore store = Stores.open(directory.resolve("state"), redis.config())) {
            assertThat(Stores.submit(store, "{'emotion':'happy'}").accepted()).isTrue();
            await(() -> store.statistics().saves() > 0 && store.statistics().unsavedUpdates() == 0);
            reject.accept(redis.commands());

            for (int i = 0; i < 3; i++) {
                assertThat(Stores.submit(store, "{'intensity':0." + (i + 1) + "}")
                                .accepted())
                        .isTrue();
            }
            await(() -> store.statistics().redisFault().orElse("").contains(reason));

            StateStore.Statistics rejected = store.statistics();
            assertThat(rejected.redisConnected()).as(name).isTrue();
            assertThat(rejected.unsavedUpdates()).isEqualTo(3);
            assertThat(rejected.saveFailures()).isPositive();
            repair.accept(redis.commands());
            await(() -> store.statistics().redisFault().isEmpty()
                    && store.statistics().unsavedUpdates() == 0);
        }
    }

    private static void await(Supplier<Boolean> condition) throws InterruptedException {
        while (!condition.get()) {
            Thread.sleep(20);
        }
    }
}
