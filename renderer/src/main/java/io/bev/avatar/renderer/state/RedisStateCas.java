package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.CurrentState.Stored;
import io.bev.avatar.renderer.state.RedisSession.Exchange;
import io.bev.avatar.renderer.state.RedisSession.Found;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Synchronises {@code avatar:state} with the current state by compare-and-set: reads the value, merges foreign values into
 * the current state, and overwrites only values that were merged. One exchange at a time. Its lock is acquired before
 * that of the current state; the other order throws an exception.
 */
final class RedisStateCas {

    /** Minimum time between saves; changes in between are saved together. */
    private static final Duration SAVE_INTERVAL = Duration.ofMillis(100);

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    /** Identity of a value not yet read; never equals the identity of a value in Redis. */
    private static final String UNKNOWN = "?";

    private static final long NONE = -1;
    private static final int MAX_ROUNDS = 8;

    private final CurrentState state;
    private final RedisStatus status;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private String known = UNKNOWN;
    private boolean firstSync = true;
    private long savedSeq = NONE;
    private long nextSaveNanos;

    RedisStateCas(CurrentState state, RedisStatus status, Ticker ticker) {
        this.state = state;
        this.status = status;
        this.ticker = ticker;
    }

    private <T> T exclusively(Supplier<T> task) {
        acquire();
        try {
            return task.get();
        } finally {
            lock.unlock();
        }
    }

    /** Acquires the lock, unless that could deadlock with a thread that waits for the lock of the current state. */
    private void acquire() {
        requireOrder();
        lock.lock();
    }

    private void requireOrder() {
        if (state.isHeldByCurrentThread() && !lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "Redis was used while a state change was in progress: a state listener must not save, restore or submit");
        }
    }

    /** Starts a new session: the value in Redis is unknown. */
    void begin() {
        acquire();
        try {
            known = UNKNOWN;
            firstSync = true;
            savedSeq = NONE;
            nextSaveNanos = ticker.nanos();
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds until the next save, negative if overdue; empty if there is nothing to save. */
    OptionalLong nanosToSave() {
        acquire();
        try {
            return state.current().seq() == savedSeq
                    ? OptionalLong.empty()
                    : OptionalLong.of(nextSaveNanos - ticker.nanos());
        } finally {
            lock.unlock();
        }
    }

    /** Synchronises both states, writing only if {@code write}; returns whether Redis has the current state. */
    boolean sync(RedisSession session, boolean write) {
        return exclusively(() -> {
            try {
                return syncUntilStable(session, write);
            } catch (RedisException e) {
                failed(session, e, write);
                return false;
            }
        });
    }

    /** Writes the current state even if Redis already has it. */
    boolean save(RedisSession session) {
        return exclusively(() -> {
            savedSeq = NONE;
            return sync(session, true);
        });
    }

    /** Reads the value regardless of what is known about it. */
    void reread(RedisSession session) {
        exclusively(() -> {
            known = UNKNOWN;
            return sync(session, true);
        });
    }

    /** Synchronises a last time, unless another exchange holds the lock for too long. */
    void syncOnShutdown(RedisSession session, Duration timeout) throws InterruptedException {
        requireOrder();
        if (lock.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                sync(session, true);
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Applies changes and stores the result in Redis before it becomes current.
     *
     * @return an outcome for each change; empty if Redis could not store them, in which case nothing has changed
     */
    Optional<List<Outcome>> submit(RedisSession session, List<StateChange> changes, Map<String, String> read) {
        return exclusively(() -> state.submit(changes, read, candidate -> store(session, candidate)));
    }

    private Stored store(RedisSession session, AvatarState candidate) {
        try {
            Exchange done = session.exchange(RedisKeys.STATE, known, Optional.of(StateDocument.write(candidate)));
            handleResult(done, candidate.seq());
            return done.found() == Found.STORED ? Stored.YES : Stored.AGAIN;
        } catch (RedisException e) {
            failed(session, e, true);
            return Stored.NO;
        }
    }

    private boolean syncUntilStable(RedisSession session, boolean write) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            AvatarState now = state.current();
            boolean saveDue = write && now.seq() != savedSeq;
            Exchange done = session.exchange(
                    RedisKeys.STATE, known, saveDue ? Optional.of(StateDocument.write(now)) : Optional.empty());
            handleResult(done, now.seq());
            if (done.found() != Found.CHANGED) {
                if (saveDue || now.seq() == savedSeq) {
                    status.cleared(RedisKeys.STATE);
                }
                return savedSeq == now.seq();
            }
        }
        return false;
    }

    private void handleResult(Exchange done, long seq) {
        switch (done.found()) {
            case STORED -> {
                known = done.identity();
                savedSeq = seq;
                nextSaveNanos = ticker.nanos() + SAVE_INTERVAL.toNanos();
                state.saved(seq, true);
            }
            case CHANGED -> {
                known = done.identity();
                OptionalLong matching = handleRemoteValue(done);
                savedSeq = matching.orElse(NONE);
                matching.ifPresent(saved -> state.saved(saved, false));
            }
            case SAME -> {}
        }
        firstSync = false;
    }

    private OptionalLong handleRemoteValue(Exchange done) {
        if (done.identity().isEmpty()) {
            return OptionalLong.empty();
        }
        if (done.identity().startsWith("size:")) {
            state.rejected(
                    RejectionReason.TOO_LARGE,
                    RedisKeys.STATE + ": found " + done.identity().substring(5) + " bytes, expected at most "
                            + StateDocument.MAX_BYTES);
            return OptionalLong.empty();
        }
        return state.merge(done.value(), firstSync);
    }

    /** An error reply keeps the session open; any other failure closes it. */
    private void failed(RedisSession session, RedisException e, boolean writing) {
        RedisError fault = RedisError.of(e);
        if (writing) {
            state.saveFailed();
        }
        nextSaveNanos = ticker.nanos() + RETRY_DELAY.toNanos();
        if (fault.kind() == RedisError.Kind.UNREACHABLE) {
            status.disconnected(fault);
            session.close();
        } else {
            status.connected();
            status.fault(RedisKeys.STATE, fault);
        }
    }
}
