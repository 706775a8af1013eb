package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current state and its persistence: a change is written to the journal before it becomes current. Changes are
 * applied, and listeners called, under one lock; {@link #current} needs no lock. Thread-safe.
 */
final class CurrentState {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentState.class);
    private static final int MAX_ROUNDS = 8;

    private final StateJournal journal;
    private final OsintDeduplicator deduplicator;
    private final UpdateCounters counters;
    private final Clock clock;
    private final List<Consumer<AvatarState>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> cursors = new HashMap<>();
    private volatile AvatarState current;

    CurrentState(StateJournal journal, OsintDeduplicator deduplicator, UpdateCounters counters, Clock clock) {
        this.journal = journal;
        this.deduplicator = deduplicator;
        this.counters = counters;
        this.clock = clock;
        this.current = AvatarState.initial(clock.instant());
    }

    AvatarState current() {
        return current;
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

    /**
     * Applies all changes and writes the result to the journal as one record.
     *
     * @param read ids of the last stream entries that the changes come from, by stream
     * @return an outcome for each change; empty if the journal could not store them, in which case nothing has changed
     */
    Optional<List<Outcome>> submit(List<StateChange> changes, Map<String, String> read) {
        lock.lock();
        try {
            Attempt attempt = attempt(changes);
            if (!attempt.changes() || append(attempt.after(), read)) {
                return Optional.of(accept(attempt, read));
            }
            deduplicator.rollback();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Like {@link #submit}, but stores the result in Redis; must be called within {@link RedisStateCas#exclusively}.
     */
    Optional<List<Outcome>> submitThrough(RedisStateSync link, List<StateChange> changes, Map<String, String> read) {
        lock.lock();
        try {
            for (int round = 0; round < MAX_ROUNDS; round++) {
                Attempt attempt = attempt(changes);
                RedisStateCas.Stored stored =
                        attempt.changes() ? link.store(attempt.after()) : RedisStateCas.Stored.YES;
                if (stored == RedisStateCas.Stored.YES) {
                    return Optional.of(accept(attempt, read));
                }
                deduplicator.rollback();
                if (stored == RedisStateCas.Stored.NO) {
                    break;
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
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
        return journal.append(state.seq(), new JournalRecord(state, all).encode());
    }

    private List<Outcome> accept(Attempt attempt, Map<String, String> read) {
        cursors.putAll(read);
        deduplicator.commit();
        attempt.rejections().forEach(rejection -> rejected(rejection.reason(), rejection.detail()));
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
     * Applies {@code change} even if the journal cannot store it, because Redis already has the result.
     *
     * @return the new state
     */
    AvatarState adopt(StateChange change) throws RejectedUpdateException {
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
            publish(saved.state());
            counters.restored(clock.instant());
            return true;
        } catch (RejectedUpdateException e) {
            LOG.warn("newest state in the journal is invalid, ignored: {}", e.detail());
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Tries to turn the journal on again if it is off. */
    void retryJournal() {
        if (journal.isOn()) {
            return;
        }
        lock.lock();
        try {
            if (journal.retry(current.seq(), new JournalRecord(current, cursors).encode())) {
                restoreFromJournal();
            }
        } finally {
            lock.unlock();
        }
    }
}
