package io.bev.avatar.renderer.state;

import io.bev.avatar.common.concurrent.PeriodicTask;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link StateStore} whose accepted updates survive a crash of the process, of Redis, or of both: a change is
 * written to the journal and forced to disk before it becomes current; Redis receives it within 0.1 s, or after
 * reconnecting. While the journal is off, a change is stored in Redis first; if Redis is also unreachable, the update
 * is rejected as {@code not_durable}.
 *
 * <p>Of several saved states the one with the highest sequence number is used. Listeners are called in order and must
 * not submit updates.
 */
public final class DurableStateStore implements StateStore {

    private static final Logger LOG = LoggerFactory.getLogger(DurableStateStore.class);

    private static final Duration FIRST_SYNC_TIMEOUT = Duration.ofMillis(400);
    private static final Duration JOURNAL_RETRY_INTERVAL = Duration.ofSeconds(5);
    private static final Duration FADE_INTERVAL = Duration.ofMillis(250);
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(500);

    private final StateConfig config;
    private final StateJournal journal;
    private final UpdateCounters counters = new UpdateCounters();
    private final CurrentState state;
    private final StateChanges changes;
    private final EmotionFades fades;
    private final boolean fading;
    private final Optional<RedisStateSync> redis;
    private final List<PeriodicTask> tasks = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    public DurableStateStore(
            StateConfig config, Optional<RedisConfig> redis, OsintConfig osint, Clock clock, Ticker ticker) {
        this.config = config;
        this.journal =
                new StateJournal(config.directory(), payload -> JournalRecord.isUsable(payload, clock.instant()));
        OsintDeduplicator deduplicator = new OsintDeduplicator(ticker);
        this.fades = new EmotionFades(ticker);
        this.fading =
                osint.rules().stream().anyMatch(rule -> rule.decaySeconds().isPresent());
        this.state = new CurrentState(journal, deduplicator, fades, counters, clock, ticker);
        this.changes = new StateChanges(osint, deduplicator, fades, clock);
        UpdateSubmitter submitter = new FromRedis();
        this.redis = redis.map(configured -> new RedisStateSync(configured, state, submitter, ticker));
        this.redis.ifPresent(link -> state.onChange(changed -> link.changed()));
    }

    /**
     * Restores the newest state of the journal and starts following Redis, whose state is adopted as soon as it is
     * newer. Waits for Redis, at most 0.4 s, only if the journal has no state.
     *
     * @throws StateDirectoryInUseException when another renderer uses the state directory
     */
    public void start() {
        journal.open();
        boolean restored = state.restoreFromJournal();
        redis.ifPresent(RedisStateSync::start);
        if (!restored) {
            redis.ifPresent(DurableStateStore::awaitFirstSync);
        }
        redis.ifPresent(link -> tasks.add(PeriodicTask.start("avatar-state-save", config.saveInterval(), link::save)));
        tasks.add(PeriodicTask.start("avatar-state-retry", JOURNAL_RETRY_INTERVAL, state::retryJournal));
        if (fading) {
            tasks.add(PeriodicTask.start("avatar-state-fade", FADE_INTERVAL, this::fade));
        }
        AvatarState started = current();
        LOG.info(
                "state restored: seq {}, {} {}, source {}; journal {}",
                started.seq(),
                started.emotion().label(),
                started.intensity(),
                restored ? "the journal" : started.seq() > 0 ? "Redis" : "default",
                journal.status());
    }

    private void fade() {
        if (fades.isActive()) {
            List<StateChange> step = List.of(changes.fade());
            if (state.submit(step, Map.of()).isEmpty()) {
                redis.ifPresent(link -> link.submit(step, Map.of()));
            }
        }
    }

    private static void awaitFirstSync(RedisStateSync link) {
        try {
            link.awaitFirstSync(FIRST_SYNC_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public AvatarState current() {
        return state.current();
    }

    @Override
    public Duration age() {
        return state.age();
    }

    @Override
    public Outcome submit(byte[] json, Origin origin) {
        return submit(changes.document(json));
    }

    @Override
    public Outcome submitOsint(byte[] json, Origin origin) {
        return submit(changes.event(json, origin == Origin.REDIS ? Channel.PUBSUB : Channel.HTTP));
    }

    @Override
    public Outcome reset(Origin origin) {
        return submit(changes.reset());
    }

    private Outcome submit(StateChange change) {
        return submitAll(List.of(change), Map.of()).get(0);
    }

    private List<Outcome> submitAll(List<StateChange> all, Map<String, String> read) {
        return state.submit(all, read)
                .or(() -> redis.flatMap(link -> link.submit(all, read)))
                .orElseGet(() -> rejectAll(all.size()));
    }

    /** Applies what Redis delivers. */
    private final class FromRedis implements UpdateSubmitter {

        @Override
        public Optional<List<Outcome>> submit(String stream, List<StreamEntry> entries) {
            if (entries.isEmpty()) {
                return Optional.of(List.of());
            }
            List<StateChange> all =
                    entries.stream().map(entry -> changes.entry(stream, entry)).toList();
            String last = entries.get(entries.size() - 1).id();
            List<Outcome> outcomes = submitAll(all, Map.of(stream, last));
            boolean stored = outcomes.stream()
                    .noneMatch(outcome -> outcome.reason().equals(RejectionReason.NOT_DURABLE.label()));
            return stored ? Optional.of(outcomes) : Optional.empty();
        }

        @Override
        public void submitMessages(List<byte[]> messages) {
            submitAll(
                    messages.stream()
                            .map(message -> changes.event(message, Channel.PUBSUB))
                            .toList(),
                    Map.of());
        }
    }

    private List<Outcome> rejectAll(int count) {
        String detail = "update: cannot be saved, neither in the journal (" + journal.status() + ") nor in Redis ("
                + statistics().redisDetail() + ")";
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            state.rejected(RejectionReason.NOT_DURABLE, detail);
            outcomes.add(new Outcome(
                    false,
                    RejectionReason.NOT_DURABLE.label(),
                    detail,
                    current().seq()));
        }
        return outcomes;
    }

    @Override
    public boolean save() {
        return redis.map(RedisStateSync::save).orElse(false);
    }

    @Override
    public boolean restore() {
        long before = current().seq();
        state.restoreFromJournal();
        redis.ifPresent(RedisStateSync::reread);
        return current().seq() > before;
    }

    @Override
    public void onChange(Consumer<AvatarState> listener) {
        state.onChange(listener);
    }

    @Override
    public void onSpeech(Consumer<byte[]> speech) {
        redis.ifPresent(link -> link.onSpeech(speech));
    }

    @Override
    public Statistics statistics() {
        return counters.statistics(
                redis.isPresent() ? journal.pending() : 0,
                redis.isPresent() ? state.unsavedUpdates() : 0,
                redis.flatMap(link -> link.status().rejected()),
                redis.map(link -> link.status().isConnected()).orElse(false),
                redis.map(link -> link.status().detail())
                        .orElse("not configured (redis.url is empty); the state is saved only in the local journal"));
    }

    @Override
    public Optional<String> journalFault() {
        return journal.isOn() ? Optional.empty() : Optional.of(journal.status());
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        tasks.forEach(task -> task.close(CLOSE_TIMEOUT));
        redis.ifPresent(RedisStateSync::close);
        journal.close();
    }
}
