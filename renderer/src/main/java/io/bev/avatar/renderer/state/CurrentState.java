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
 * The current state and its way onto the disk: a change is in the journal before it is current. Changes are made, and
 * listeners called, under one lock; {@link #current} needs none. Thread-safe.
 */
final class CurrentState {

    private static final Logger LOG = LoggerFactory.getLogger(CurrentState.class);
    private static final int MAX_ROUNDS = 8;

    private final StateJournal journal;
    private final OsintDeduplicator repetitions;
    private final UpdateCounters counters;
    private final Clock clock;
    private final List<Consumer<AvatarState>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> cursors = new HashMap<>();
    private volatile AvatarState current;

    CurrentState(StateJournal journal, OsintDeduplicator repetitions, UpdateCounters counters, Clock clock) {
        this.journal = journal;
        this.repetitions = repetitions;
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

    private record Refusal(RejectionReason reason, String detail) {}

    /** What changes would make of the state. */
    private record Attempt(AvatarState before, AvatarState after, List<Outcome> outcomes, List<Refusal> refusals) {
        boolean changes() {
            return after.seq() != before.seq();
        }
    }

    /**
     * Applies all changes, durable as one in the journal when this returns.
     *
     * @param read ids of the last entries that the changes come from, by stream
     * @return an outcome for each; empty when the journal could not keep them, and then nothing has changed
     */
    Optional<List<Outcome>> submit(List<StateChange> changes, Map<String, String> read) {
        lock.lock();
        try {
            Attempt attempt = attempt(changes);
            if (!attempt.changes() || keep(attempt.after(), read)) {
                return Optional.of(accept(attempt, read));
            }
            repetitions.rollback();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** The same, durable in Redis; to be called within {@link RedisStateCas#exclusively}. */
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
                repetitions.rollback();
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
        List<Refusal> refusals = new ArrayList<>();
        for (StateChange change : changes) {
            try {
                AvatarState next = change.apply(state);
                String detail = next.seq() == state.seq() ? "already so" : "applied";
                outcomes.add(new Outcome(true, "", detail, next.seq()));
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
        return journal.append(state.seq(), new JournalRecord(state, all).encode());
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
    }

    /** Counts a refusal. */
    void refused(RejectionReason reason, String detail) {
        counters.rejected(reason);
        LOG.debug("refused ({}): {}", reason.label(), detail);
    }

    /**
     * Makes what {@code change} answers current, whether or not the journal can keep it, because Redis has it already.
     *
     * @return the state after it
     */
    AvatarState adopt(StateChange change) throws RejectedUpdateException {
        lock.lock();
        try {
            AvatarState next = change.apply(current);
            if (next.seq() != current.seq()) {
                keep(next, Map.of());
                publish(next);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Id of the last entry of the stream that was applied; empty text when none was. */
    String cursor(String stream) {
        lock.lock();
        try {
            return cursors.getOrDefault(stream, "");
        } finally {
            lock.unlock();
        }
    }

    /** Takes the journal's newest state if it is newer than the current one. */
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
            LOG.warn("the journal's newest state cannot be used: {}", e.detail());
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Turns the journal on again, if it is off and can be. */
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
