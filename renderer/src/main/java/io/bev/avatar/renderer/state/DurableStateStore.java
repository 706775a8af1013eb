package io.bev.avatar.renderer.state;

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

    private final StateConfig config;
    private final StateJournal journal;
    private final UpdateCounters counters = new UpdateCounters();
    private final CurrentState ledger;
    private final StateChanges changes;
    private final Optional<RedisStateSync> redis;
    private final Housekeeping housekeeping = new Housekeeping();
    private final AtomicBoolean closed = new AtomicBoolean();

    public DurableStateStore(StateConfig config, RedisConfig redis, OsintConfig osint, Clock clock, Ticker ticker) {
        this.config = config;
        this.journal = new StateJournal(config.directory());
        OsintDeduplicator deduplicator = new OsintDeduplicator(ticker);
        this.ledger = new CurrentState(journal, deduplicator, counters, clock);
        this.changes = new StateChanges(osint, deduplicator, clock);
        RedisSide side = new RedisSide(ledger, journal, changes, counters, clock, this::submitAll);
        this.redis = redis.redis().map(address -> new RedisStateSync(redis, address, side, ticker));
        this.redis.ifPresent(link -> ledger.onChange(state -> link.changed()));
    }

    /**
     * Restores the newest state of the journal and starts following Redis, whose state is adopted as soon as it is
     * newer. Waits for Redis, at most 0.4 s, only if the journal has no state.
     *
     * @throws StateDirectoryInUseException when another renderer uses the state directory
     */
    public void start() {
        journal.open();
        boolean restored = ledger.restoreFromJournal();
        redis.ifPresent(RedisStateSync::start);
        if (!restored) {
            redis.ifPresent(DurableStateStore::awaitFirstSync);
        }
        housekeeping.every(config.saveInterval(), () -> redis.ifPresent(RedisStateSync::save));
        housekeeping.every(JOURNAL_RETRY_INTERVAL, ledger::retryJournal);
        AvatarState state = current();
        LOG.info(
                "state restored: seq {}, {} {}, source {}; journal {}",
                state.seq(),
                state.emotion().label(),
                state.intensity(),
                restored ? "the journal" : state.seq() > 0 ? "Redis" : "default",
                journal.status());
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
        return ledger.current();
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
        return ledger.submit(all, read)
                .or(() -> redis.flatMap(link -> link.exclusively(() -> ledger.submitThrough(link, all, read))))
                .orElseGet(() -> rejectAll(all.size()));
    }

    private List<Outcome> rejectAll(int count) {
        String detail = "update: cannot be saved, neither in the journal (" + journal.status() + ") nor in Redis ("
                + statistics().redisDetail() + ")";
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ledger.rejected(RejectionReason.NOT_DURABLE, detail);
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
        ledger.restoreFromJournal();
        redis.ifPresent(RedisStateSync::reread);
        return current().seq() > before;
    }

    @Override
    public void onChange(Consumer<AvatarState> listener) {
        ledger.onChange(listener);
    }

    @Override
    public Statistics statistics() {
        return counters.statistics(
                redis.isPresent() ? journal.pending() : 0,
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
        housekeeping.close();
        redis.ifPresent(RedisStateSync::close);
        journal.close();
    }
}
