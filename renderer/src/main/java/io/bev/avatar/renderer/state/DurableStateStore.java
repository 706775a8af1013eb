package io.bev.avatar.renderer.state;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link StateStore} that keeps every accepted update through the death of the process, of Redis, or of both: a change is
 * in the journal, forced to disk, before it is current; Redis gets it within a tenth of a second, or when it is back. While
 * the journal is off, a change is stored in Redis first; when that is away too, it is refused as {@code not_durable}.
 *
 * <p>Of saved states the one with the highest sequence number counts. Changes are made under one lock, in which the
 * listeners are called as well, so that they see changes in order; a listener must not submit.
 */
public final class DurableStateStore implements StateStore {

    private static final Logger LOG = LoggerFactory.getLogger(DurableStateStore.class);

    private static final Duration FIRST_LOOK = Duration.ofMillis(400);
    private static final Duration JOURNAL_RETRY = Duration.ofSeconds(5);
    private static final int MAX_ROUNDS = 8;

    private final StateConfig config;
    private final Clock clock;
    private final ThreatScale scale;
    private final OsintRules rules;
    private final OsintDeduplicator repetitions;
    private final StateJournal journal;
    private final UpdateCounters counters = new UpdateCounters();
    private final Optional<RedisLink> redis;
    private final List<Consumer<AvatarState>> listeners = new CopyOnWriteArrayList<>();
    private final Housekeeping housekeeping = new Housekeeping();

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> cursors = new HashMap<>();
    private volatile AvatarState current;
    private volatile boolean closed;

    public DurableStateStore(StateConfig config, RedisConfig redis, OsintConfig osint, Clock clock, Ticker ticker) {
        this.config = config;
        this.clock = clock;
        this.scale = osint.scale();
        this.rules = new OsintRules(osint.rules());
        this.repetitions = new OsintDeduplicator(ticker);
        this.journal = new StateJournal(config.directory());
        this.current = AvatarState.initial(clock.instant());
        this.redis = redis.uri().map(uri -> new RedisLink(uri, redis.address(), redis.timeout(), new Owner(), ticker));
    }

    /**
     * Restores the newest saved state and begins to follow Redis; takes half a second at most, even when Redis hangs.
     *
     * @throws StateDirectoryInUseException when another renderer has the state directory
     */
    public void start() {
        journal.open();
        boolean restored = restoreFromJournal();
        redis.ifPresent(RedisLink::start);
        redis.ifPresent(this::awaitFirstLook);
        housekeeping.every(config.saveInterval(), this::savePeriodically);
        housekeeping.every(JOURNAL_RETRY, this::retryJournal);
        AvatarState state = current;
        LOG.info(
                "state: seq {}, {} {}, from {}; journal {}",
                state.seq(),
                state.emotion().label(),
                state.intensity(),
                restored ? "the journal" : state.seq() > 0 ? "Redis" : "nothing saved",
                journal.status());
    }

    private void awaitFirstLook(RedisLink link) {
        try {
            link.awaitFirstLook(FIRST_LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public AvatarState current() {
        return current;
    }

    @Override
    public Outcome submit(byte[] json, Origin origin) {
        return submit(state ->
                StateDocument.apply(new DocumentFields(StateDocument.parse(json), false), state, clock.instant()));
    }

    @Override
    public Outcome submitOsint(byte[] json, Origin origin) {
        Channel channel = origin == Origin.REDIS ? Channel.PUBSUB : Channel.HTTP;
        return submit(osint(() -> new DocumentFields(StateDocument.parse(json), false), channel));
    }

    @Override
    public Outcome reset(Origin origin) {
        return submit(state -> AvatarState.initial(clock.instant()).withSeq(state.seq() + 1));
    }

    @Override
    public boolean save() {
        return redis.map(RedisLink::save).orElse(false);
    }

    @Override
    public boolean restore() {
        long before = current.seq();
        restoreFromJournal();
        redis.ifPresent(RedisLink::look);
        return current.seq() > before;
    }

    @Override
    public void onChange(Consumer<AvatarState> listener) {
        listeners.add(listener);
    }

    @Override
    public Statistics statistics() {
        return counters.statistics(
                redis.isPresent() ? journal.pending() : 0,
                redis.map(link -> link.status().isConnected()).orElse(false),
                redis.map(link -> link.status().detail())
                        .orElse("none configured (redis.url is empty); the journal alone keeps the state"));
    }

    @Override
    public Optional<String> journalFault() {
        return journal.isOn() ? Optional.empty() : Optional.of(journal.status());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        housekeeping.close();
        redis.ifPresent(RedisLink::close);
        journal.close();
    }

    // Changes

    /** One change; answers the state given when there is nothing to change. */
    @FunctionalInterface
    private interface Change {
        AvatarState apply(AvatarState state) throws RejectedUpdateException;
    }

    private interface Document {
        DocumentFields fields() throws RejectedUpdateException;
    }

    private record Refusal(Reason reason, String detail) {}

    /** What changes would make of the state. */
    private record Attempt(AvatarState before, AvatarState after, List<Outcome> outcomes, List<Refusal> refusals) {
        boolean changes() {
            return after.seq() != before.seq();
        }
    }

    private Change osint(Document document, Channel channel) {
        return state -> {
            OsintEvent event = OsintEvent.of(document.fields(), scale);
            if (repetitions.isRepetition(event, channel)) {
                throw new RejectedUpdateException(Reason.DUPLICATE, "event: came before, over the other channel");
            }
            return rules.apply(event, state, clock.instant());
        };
    }

    private Outcome submit(Change change) {
        return submitAll(List.of(change), Map.of()).get(0);
    }

    /** Applies all, durable as one when this returns; {@code read} are the cursors that go with them. */
    private List<Outcome> submitAll(List<Change> changes, Map<String, String> read) {
        lock.lock();
        try {
            Attempt attempt = attempt(changes);
            if (!attempt.changes() || keep(attempt.after(), read)) {
                return accept(attempt, read);
            }
            repetitions.rollback();
        } finally {
            lock.unlock();
        }
        return redis.map(link -> link.exclusively(() -> submitThrough(link, changes, read)))
                .orElseGet(() -> refuseAll(changes.size()));
    }

    private Attempt attempt(List<Change> changes) {
        AvatarState before = current;
        AvatarState state = before;
        List<Outcome> outcomes = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        for (Change change : changes) {
            try {
                AvatarState next = change.apply(state);
                outcomes.add(new Outcome(true, "", next.seq() == state.seq() ? "already so" : "applied", next.seq()));
                state = next;
            } catch (RejectedUpdateException e) {
                refusals.add(new Refusal(e.reason(), e.detail()));
                outcomes.add(new Outcome(false, e.reason().label(), e.detail(), state.seq()));
            }
        }
        return new Attempt(before, state, outcomes, refusals);
    }

    private boolean keep(AvatarState state, Map<String, String> read) {
        Map<String, String> all = new HashMap<>(cursors);
        all.putAll(read);
        return journal.append(state.seq(), new SavedState(state, all).encode());
    }

    private List<Outcome> accept(Attempt attempt, Map<String, String> read) {
        cursors.putAll(read);
        repetitions.commit();
        attempt.refusals().forEach(refusal -> refused(refusal.reason(), refusal.detail()));
        if (attempt.changes()) {
            publish(attempt.after());
        }
        return attempt.outcomes();
    }

    private void publish(AvatarState state) {
        current = state;
        for (Consumer<AvatarState> listener : listeners) {
            try {
                listener.accept(state);
            } catch (RuntimeException e) {
                LOG.error("a listener to the avatar's state failed", e);
            }
        }
        redis.ifPresent(RedisLink::changed);
    }

    /** Applies changes that the journal could not keep, by storing them in Redis first. */
    private List<Outcome> submitThrough(RedisLink link, List<Change> changes, Map<String, String> read) {
        lock.lock();
        try {
            for (int round = 0; round < MAX_ROUNDS; round++) {
                Attempt attempt = attempt(changes);
                RedisLink.Stored stored = attempt.changes() ? link.store(attempt.after()) : RedisLink.Stored.YES;
                if (stored == RedisLink.Stored.YES) {
                    return accept(attempt, read);
                }
                repetitions.rollback();
                if (stored == RedisLink.Stored.NO) {
                    break;
                }
            }
        } finally {
            lock.unlock();
        }
        return refuseAll(changes.size());
    }

    private List<Outcome> refuseAll(int count) {
        String detail = "update: can be kept neither in the journal (" + journal.status() + ") nor in Redis ("
                + statistics().redisDetail() + ")";
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            refused(Reason.NOT_DURABLE, detail);
            outcomes.add(new Outcome(false, Reason.NOT_DURABLE.label(), detail, current.seq()));
        }
        return outcomes;
    }

    private void refused(Reason reason, String detail) {
        counters.rejected(reason);
        LOG.debug("refused ({}): {}", reason.label(), detail);
    }

    // Keeping and restoring

    private boolean restoreFromJournal() {
        Optional<byte[]> newest = journal.newest();
        if (newest.isEmpty()) {
            return false;
        }
        lock.lock();
        try {
            SavedState saved = SavedState.decode(newest.get(), clock.instant());
            saved.cursors().forEach(cursors::putIfAbsent);
            if (saved.state().seq() <= current.seq()) {
                return false;
            }
            publish(saved.state());
            counters.restored(clock.instant());
            return true;
        } catch (RejectedUpdateException e) {
            LOG.warn("the journal's newest state cannot be used: {}", e.detail());
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void savePeriodically() {
        redis.ifPresent(RedisLink::save);
    }

    private void retryJournal() {
        if (journal.isOn()) {
            return;
        }
        lock.lock();
        try {
            if (journal.retry(current.seq(), new SavedState(current, cursors).encode())) {
                restoreFromJournal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The store as Redis's link sees it. */
    private final class Owner implements RedisOwner {

        @Override
        public AvatarState current() {
            return current;
        }

        @Override
        public OptionalLong found(byte[] value, boolean first) {
            lock.lock();
            try {
                return judge(value, first);
            } finally {
                lock.unlock();
            }
        }

        private OptionalLong judge(byte[] value, boolean first) {
            AvatarState before = current;
            try {
                DocumentFields fields = new DocumentFields(StateDocument.parse(value), false);
                OptionalLong seq = fields.integer("seq", 0, Long.MAX_VALUE);
                if (first && seq.isPresent() && seq.getAsLong() < before.seq()) {
                    return OptionalLong.empty();
                }
                AvatarState next = StateDocument.apply(fields, before, clock.instant());
                if (next.seq() != before.seq()) {
                    keep(next, Map.of());
                    publish(next);
                    if (first) {
                        counters.restored(clock.instant());
                    }
                }
                boolean whole = seq.isPresent()
                        && StateDocument.read(value, clock.instant()).equals(next);
                return whole ? OptionalLong.of(next.seq()) : OptionalLong.empty();
            } catch (RejectedUpdateException e) {
                refused(e.reason(), RedisKeys.STATE + ": " + e.detail());
                standAbove(value);
                return OptionalLong.empty();
            }
        }

        /** Moves the current state to the next number when a refused value bears the same, so that ours is the newer one. */
        private void standAbove(byte[] value) {
            try {
                if (StateDocument.read(value, clock.instant()).seq() == current.seq()) {
                    AvatarState next = current.withSeq(current.seq() + 1);
                    keep(next, Map.of());
                    publish(next);
                }
            } catch (RejectedUpdateException e) {
                LOG.debug("{}: not a state, so it needs no answer", RedisKeys.STATE, e);
            }
        }

        @Override
        public boolean take(String stream, List<StreamEntry> entries, boolean redelivered) {
            String last = cursor(stream);
            List<Change> changes = new ArrayList<>();
            for (StreamEntry entry : entries) {
                if (!redelivered || last.isEmpty() || !StreamEntry.isUpTo(entry.id(), last)) {
                    changes.add(change(stream, entry));
                }
            }
            if (changes.isEmpty()) {
                return true;
            }
            String read = entries.get(entries.size() - 1).id();
            return submitAll(changes, Map.of(stream, read)).stream()
                    .noneMatch(outcome -> outcome.reason().equals(Reason.NOT_DURABLE.label()));
        }

        private Change change(String stream, StreamEntry entry) {
            return stream.equals(RedisKeys.OSINT_UPDATES)
                    ? osint(entry::document, Channel.STREAM)
                    : state -> StateDocument.apply(entry.document(), state, clock.instant());
        }

        @Override
        public String cursor(String stream) {
            lock.lock();
            try {
                return cursors.getOrDefault(stream, "");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void takeMessages(List<byte[]> messages) {
            List<Change> changes = new ArrayList<>();
            for (byte[] message : messages) {
                changes.add(osint(() -> new DocumentFields(StateDocument.parse(message), false), Channel.PUBSUB));
            }
            submitAll(changes, Map.of());
        }

        @Override
        public void refused(Reason reason, String detail) {
            DurableStateStore.this.refused(reason, detail);
        }

        @Override
        public void saved(long seq, boolean written) {
            journal.saved(seq);
            if (written) {
                counters.saved(clock.instant());
            }
        }

        @Override
        public void saveFailed() {
            counters.saveFailed();
        }
    }
}
