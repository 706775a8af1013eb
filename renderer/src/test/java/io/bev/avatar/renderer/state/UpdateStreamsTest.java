package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.testkit.Await;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries on which the renderer itself fails. */
class UpdateStreamsTest {

    @TempDir
    Path directory;

    @TempDir
    Path redisDirectory;

    /** Fails on one text; a batch with it fails as a whole. */
    private static final class FailingSubmitter implements UpdateSubmitter {
        final List<String> applied = new CopyOnWriteArrayList<>();
        final List<String> tries = new CopyOnWriteArrayList<>();

        @Override
        public Optional<List<Outcome>> submit(String stream, List<StreamEntry> entries) {
            List<String> texts = entries.stream()
                    .map(entry -> new String(entry.fields().getOrDefault("json", new byte[0]), StandardCharsets.UTF_8))
                    .toList();
            if (texts.contains("poison")) {
                tries.addAll(texts.size() == 1 ? texts : List.of());
                throw new IllegalStateException("cannot apply poison");
            }
            applied.addAll(texts);
            return Optional.of(
                    texts.stream().map(text -> new Outcome(true, "", "", 1)).toList());
        }

        @Override
        public void submitMessages(List<byte[]> messages) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void failingEntry_becomesADeadLetterAndBlocksNoOther() throws Exception {
        try (TestRedis redis = TestRedis.start(redisDirectory);
                DeadLetterStore dead = new DeadLetterStore(redis.config().orElseThrow())) {
            RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", redis.port()));
            FailingSubmitter submitter = new FailingSubmitter();
            try (RedisSession session = RedisSession.open(client)) {
                CurrentState state = new CurrentState(
                        new StateJournal(directory.resolve("journal")),
                        new OsintDeduplicator(Ticker.system()),
                        new EmotionFades(Ticker.system()),
                        new UpdateCounters(),
                        Clock.systemUTC(),
                        Ticker.system());
                for (String text : List.of("one", "poison", "two")) {
                    redis.commands().xadd(RedisKeys.STATE_UPDATES, Map.of("json", text));
                }
                Thread reader = new Thread(
                        new UpdateStreams(session, state, submitter, new RedisStatus("test"), Duration.ofMillis(200)));
                reader.start();
                Await.until("the entry after it is applied", () -> submitter.applied.contains("two"));
                reader.interrupt();
                reader.join();
                assertThat(submitter.applied).startsWith("one").endsWith("two");
                assertThat(submitter.tries).hasSize(5);
                assertThat(dead.list()).singleElement().satisfies(entry -> {
                    assertThat(entry.stream()).isEqualTo(RedisKeys.STATE_UPDATES);
                    assertThat(entry.letter().reason()).isEqualTo("failed");
                    assertThat(entry.letter().detail()).isEqualTo("cannot apply poison");
                });
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            }
        }
    }
}
