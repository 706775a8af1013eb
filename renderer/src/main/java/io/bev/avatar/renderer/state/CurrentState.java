package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current state and its journal: a change is written to the journal before it becomes current. Changes are applied,
 * and listeners called, under one lock; {@link #current} needs no lock. Knows nothing of Redis, whose side calls this
 * class. Thread-safe.
 */
final class CurrentState {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentState.class);
    private static final int MAX_ROUNDS = 8;
    private static final Duration MAX_AGE = Duration.ofDays(36_500);

    private final StateJournal journal;
    private final OsintDeduplicator deduplicator;
    private final EmotionFades fades;
    private final UpdateCounters counters;
    private final Clock clock;
    private final Ticker ticker;
    private final List<Consumer<AvatarState>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> cursors = new HashMap<>();
    private final AtomicLong unsavedUpdates = new AtomicLong();
    private volatile long savedSeq = -1;
    private volatile AvatarState current;
    private volatile long changedNanos;

    CurrentState(
            StateJournal journal,
            OsintDeduplicator deduplicator,
            EmotionFades fades,
            UpdateCounters counters,
            Clock clock,
            Ticker ticker) {
        this.journal = journal;
        this.deduplicator = deduplicator;
        this.fades = fades;
        this.counters = counters;
        this.clock = clock;
        this.ticker = ticker;
        this.changedNanos = ticker.nanos();
        this.current = AvatarState.initial(clock.instant());
    }

    AvatarState current() {
        return current;
    }

    Duration age() {
        return Duration.ofNanos(Math.max(0, ticker.nanos() - changedNanos));
    }

    void onChange(Consumer<AvatarState> listener) {
        listeners.add(listener);
    }

    private record Rejection(RejectionReason reason, String detail) {}

    /** Result of applying changes, not yet durable. */
    private record Attempt(AvatarState before, AvatarState after, List<Outcome> outcomes, List<Rejection> rejections) {
        boolean changes() {
            return after.seq() != before.seq();
        }
    }

    /** Result of storing a candidate state. */
    enum Stored {
        YES,
        /** Another state was stored in the meantime and is now current: try again on top of it. */
        AGAIN,
        NO
    }

    /** Stores a candidate durably before it becomes current; called under the lock of the current state. */
    @FunctionalInterface
    interface Storage {
        Stored store(AvatarState candidate);
    }

    /**
     * Applies all changes and writes the result to the journal as one record.
     *
     * @param read ids of the last stream entries that the changes come from, by stream
     * @return an outcome for each change; empty if the journal could not store them, in which case nothing has changed
     */
    Optional<List<Outcome>> submit(List<StateChange> changes, Map<String, String> read) {
        return submit(changes, read, candidate -> append(candidate, read) ? Stored.YES : Stored.NO);
    }

    /** Like {@link #submit(List, Map)}, but stores the result in {@code storage} in place of the journal. */
    Optional<List<Outcome>> submit(List<StateChange> changes, Map<String, String> read, Storage storage) {
        lock.lock();
        try {
            for (int round = 0; round < MAX_ROUNDS; round++) {
                Attempt attempt = attempt(changes);
                Stored stored = attempt.changes() ? storage.store(attempt.after()) : Stored.YES;
                if (stored == Stored.YES) {
                    return Optional.of(accept(attempt, read));
                }
                deduplicator.rollback();
                fades.rollback();
                if (stored == Stored.NO) {
                    break;
                }
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            deduplicator.rollback();
            fades.rollback();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this thread holds the lock of the current state, under which it must not wait for Redis. */
    boolean isHeldByCurrentThread() {
        return lock.isHeldByCurrentThread();
    }

    private Attempt attempt(List<StateChange> changes) {
        AvatarState before = current;
        AvatarState state = before;
        List<Outcome> outcomes = new ArrayList<>();
        List<Rejection> rejections = new ArrayList<>();
        for (StateChange change : changes) {
            try {
                AvatarState next = change.apply(state);
                String detail = next.seq() == state.seq() ? "unchanged" : "applied";
                outcomes.add(new Outcome(true, "", detail, next.seq()));
                state = next;
            } catch (RejectedUpdateException e) {
                rejections.add(new Rejection(e.reason(), e.detail()));
                outcomes.add(new Outcome(false, e.reason().label(), e.detail(), state.seq()));
            }
        }
        return new Attempt(before, state, outcomes, rejections);
    }

    private boolean append(AvatarState state, Map<String, String> read) {
        Map<String, String> all = new HashMap<>(cursors);
        all.putAll(read);
        return journal.append(state.seq(), new JournalRecord(state, all, fades.encode(clock.instant())).encode());
    }

    private List<Outcome> accept(Attempt attempt, Map<String, String> read) {
        cursors.putAll(read);
        deduplicator.commit();
        fades.commit();
        attempt.rejections().forEach(rejection -> rejected(rejection.reason(), rejection.detail()));
        if (attempt.changes()) {
            publish(attempt.after());
        }
        return attempt.outcomes();
    }

    private void publish(AvatarState state) {
        current = state;
        changedNanos = ticker.nanos();
        // While the journal is off, it is saved before it becomes current.
        if (state.seq() != savedSeq) {
            unsavedUpdates.incrementAndGet();
        }
        for (Consumer<AvatarState> listener : listeners) {
            try {
                listener.accept(state);
            } catch (RuntimeException e) {
                LOG.error("state listener failed", e);
            }
        }
    }

    /** Counts and logs a rejected update. */
    void rejected(RejectionReason reason, String detail) {
        counters.rejected(reason);
        LOG.debug("update rejected ({}): {}", reason.label(), detail);
    }

    /**
     * Adopts what is new in a state document that Redis holds and this renderer did not write.
     *
     * @param first whether this is the first read of a session, when an old value is normal
     * @return the sequence number of the current state if the value equals it completely; empty if the current state
     *     must be written to Redis
     */
    OptionalLong merge(byte[] value, boolean first) {
        long before = current.seq();
        try {
            JsonFields fields = new JsonFields(StateDocument.parse(value), false);
            OptionalLong seq = fields.integer("seq", 0, Long.MAX_VALUE);
            if (first && seq.isPresent() && seq.getAsLong() < before) {
                return OptionalLong.empty();
            }
            AvatarState next = adopt(state -> first
                    ? StateDocument.applySaved(fields, state, clock.instant())
                    : StateDocument.apply(fields, state, clock.instant()));
            if (first && next.seq() > before) {
                long changed = changedNanos;
                changedNanos = changed - ageBefore(next).toNanos();
                counters.restored(clock.instant());
            }
            boolean identical = seq.isPresent()
                    && StateDocument.read(value, clock.instant()).equals(next);
            return identical ? OptionalLong.of(next.seq()) : OptionalLong.empty();
        } catch (RejectedUpdateException e) {
            rejected(e.reason(), RedisKeys.STATE + ": " + e.detail());
            journal.keepRejected(value);
            advanceSequence(value);
            return OptionalLong.empty();
        }
    }

    /** Adopts a saved investigation, with its activity; an invalid one is ignored. */
    void adoptInvestigation(byte[] value) {
        try {
            JsonFields saved = new JsonFields(StateDocument.parse(value), false);
            adopt(state -> StateDocument.withInvestigation(saved, state, clock.instant()));
        } catch (RejectedUpdateException e) {
            rejected(e.reason(), RedisKeys.CURRENT_INVESTIGATION + ": " + e.detail());
        }
    }

    /**
     * Increments the sequence number of the current state if a rejected value has the same one, so that the current
     * state is newer.
     */
    private void advanceSequence(byte[] value) {
        try {
            long rejectedSeq = StateDocument.read(value, clock.instant()).seq();
            adopt(state -> state.seq() == rejectedSeq ? state.withSeq(rejectedSeq + 1) : state);
        } catch (RejectedUpdateException e) {
            LOG.debug("{}: not a state document, no sequence number to advance", RedisKeys.STATE, e);
        }
    }

    /**
     * Applies {@code change} even if the journal cannot store it, because Redis already has the result.
     *
     * @return the new state
     */
    private AvatarState adopt(StateChange change) throws RejectedUpdateException {
        lock.lock();
        try {
            AvatarState next = change.apply(current);
            if (next.seq() != current.seq()) {
                append(next, Map.of());
                publish(next);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Records that Redis holds the state with this sequence number; {@code written} if this renderer just stored it. */
    void saved(long seq, boolean written) {
        journal.saved(seq);
        savedSeq = seq;
        if (seq >= current.seq()) {
            unsavedUpdates.set(0);
        }
        if (written) {
            counters.saved(clock.instant());
        }
    }

    /** Updates applied since Redis last had the current state. */
    long unsavedUpdates() {
        return unsavedUpdates.get();
    }

    /** Counts a state that could not be saved in Redis. */
    void saveFailed() {
        counters.saveFailed();
    }

    /** Id of the last applied entry of the stream; empty if there is none. */
    String cursor(String stream) {
        lock.lock();
        try {
            return cursors.getOrDefault(stream, "");
        } finally {
            lock.unlock();
        }
    }

    /** Restores the newest state of the journal if it is newer than the current one; returns whether it did. */
    boolean restoreFromJournal() {
        Optional<byte[]> newest = journal.newest();
        if (newest.isEmpty()) {
            return false;
        }
        lock.lock();
        try {
            JournalRecord saved = JournalRecord.decode(newest.get(), clock.instant());
            saved.cursors().forEach(cursors::putIfAbsent);
            if (saved.state().seq() <= current.seq()) {
                return false;
            }
            saved.fade().ifPresent(fade -> fades.restore(fade, clock.instant()));
            publish(saved.state());
            long changed = changedNanos;
            changedNanos = changed - ageBefore(saved.state()).toNanos();
            counters.restored(clock.instant());
            return true;
        } catch (RejectedUpdateException e) {
            LOG.warn("newest state in the journal is invalid, ignored: {}", e.detail());
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Age of a state of an earlier process by the clock, at most a century. */
    private Duration ageBefore(AvatarState state) {
        Duration age = Duration.between(state.updatedAt(), clock.instant());
        Duration limited = age.compareTo(MAX_AGE) > 0 ? MAX_AGE : age;
        return limited.isNegative() ? Duration.ZERO : limited;
    }

    /** Tries to turn the journal on again if it is off. */
    void retryJournal() {
        if (journal.isOn()) {
            return;
        }
        lock.lock();
        try {
            Optional<ObjectNode> fade = fades.encode(clock.instant());
            if (journal.retry(current.seq(), new JournalRecord(current, cursors, fade).encode())) {
                restoreFromJournal();
            }
        } finally {
            lock.unlock();
        }
    }
}
