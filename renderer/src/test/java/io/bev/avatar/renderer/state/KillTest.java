package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that acknowledges updates is killed repeatedly; acknowledged updates must survive. */
class KillTest {

    private static final int MAX_UPDATES = 100_000;

    @TempDir
    Path directory;

    @TempDir
    Path redisDirectory;

    /** Prints the sequence number of every accepted update: the restored one first, then increasing by one. */
    static final class Acknowledger {

        private Acknowledger() {}

        public static void main(String[] arguments) {
            Optional<RedisConfig> redis = arguments.length > 1 ? TestRedis.config(arguments[1]) : Stores.NO_REDIS;
            DurableStateStore store = Stores.open(Path.of(arguments[0]), redis);
            System.out.println(store.current().seq());
            for (int i = 0; i < MAX_UPDATES; i++) {
                long next = store.current().seq() + 1;
                StateStore.Outcome outcome =
                        Stores.submit(store, "{'seq':" + next + ",'mouth':" + (next % 100) / 100.0 + "}");
                if (!outcome.accepted()) {
                    throw new IllegalStateException(outcome.toString());
                }
                System.out.println(next);
            }
        }
    }

    /** Starts the process, reads acknowledgements, kills it; returns the first and the last number printed. */
    private long[] killAfter(int acknowledgements, String... redisUrl) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Acknowledger.class.getName(),
                directory.toString()));
        command.addAll(List.of(redisUrl));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            long first = -1;
            long last = -1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("\\d+")) {
                    last = Long.parseLong(line);
                    first = first < 0 ? last : first;
                    if (last - first == acknowledgements) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            process.waitFor();
            return new long[] {first, last};
        }
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void killedWithoutRedis_losesNoAcknowledgedUpdate() throws Exception {
        Random random = new Random(7);
        long acknowledged = 0;
        for (int kill = 1; kill <= 100; kill++) {
            long[] printed = killAfter(1 + random.nextInt(30));
            assertThat(printed[0]).as("restored after kill %d", kill - 1).isGreaterThanOrEqualTo(acknowledged);
            assertThat(printed[1]).isGreaterThan(printed[0]);
            acknowledged = printed[1];
        }
        try (DurableStateStore store = Stores.open(directory, Stores.NO_REDIS)) {
            long seq = store.current().seq();
            assertThat(seq).isGreaterThanOrEqualTo(acknowledged);
            assertThat(store.current().mouth()).isEqualTo((seq % 100) / 100.0);
        }
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void killedWithRedis_losesNoAcknowledgedUpdateNorEntry() throws Exception {
        try (TestRedis redis = TestRedis.start(redisDirectory)) {
            Random random = new Random(8);
            long acknowledged = 0;
            String url = "redis://127.0.0.1:" + redis.port();
            for (int kill = 1; kill <= 20; kill++) {
                String threat = "0." + (kill % 10);
                redis.commands()
                        .xadd(
                                RedisKeys.STATE_UPDATES,
                                Map.of("investigation.id", "INV-" + kill, "investigation.threatLevel", threat));
                long[] printed = killAfter(1 + random.nextInt(200), url);
                assertThat(printed[0]).as("restored after kill %d", kill - 1).isGreaterThanOrEqualTo(acknowledged);
                acknowledged = printed[1];
                if (kill % 2 == 0) {
                    redis.kill();
                    redis.start();
                }
            }
            try (DurableStateStore store = Stores.open(directory, redis.config())) {
                Await.until(
                        "every entry acknowledged",
                        () -> store.current()
                                .investigation()
                                .map(i -> i.id())
                                .orElse("")
                                .equals("INV-20"));
                long seq = store.current().seq();
                assertThat(seq).isGreaterThanOrEqualTo(acknowledged);
                Await.until("saved", () -> redis.commands().get(RedisKeys.STATE).contains("\"seq\":" + seq));
            }
        }
    }
}
