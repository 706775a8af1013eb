package io.bev.avatar.renderer.state;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.RedisSession.Exchange;
import io.bev.avatar.renderer.state.RedisSession.Found;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Synchronises {@code avatar:state} with the owner's state: reads the value, passes foreign values to the owner, and
 * overwrites only values the owner has seen. One exchange at a time; lock order: this lock before the owner's.
 */
final class RedisStateCas {

    /** Minimum time between saves; changes in between are saved together. */
    private static final Duration SAVE_INTERVAL = Duration.ofMillis(100);

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    /** Identity of a value not yet read; never equals the identity of a value in Redis. */
    private static final String UNKNOWN = "?";

    private static final long NONE = -1;
    private static final int MAX_ROUNDS = 8;

    private final RedisStateListener owner;
    private final RedisStatus status;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private String known = UNKNOWN;
    private boolean firstSync = true;
    private long savedSeq = NONE;
    private long nextSaveNanos;

    RedisStateCas(RedisStateListener owner, RedisStatus status, Ticker ticker) {
        this.owner = owner;
        this.status = status;
        this.ticker = ticker;
    }

    /** Runs {@code task} with exclusive access to the state in Redis, so that it may call {@link #store}. */
    <T> T exclusively(Supplier<T> task) {
        lock.lock();
        try {
            return task.get();
        } finally {
            lock.unlock();
        }
    }

    /** Starts a new session: the value in Redis is unknown. */
    void begin() {
        lock.lock();
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
        lock.lock();
        try {
            return owner.current().seq() == savedSeq
                    ? OptionalLong.empty()
                    : OptionalLong.of(nextSaveNanos - ticker.nanos());
        } finally {
            lock.unlock();
        }
    }

    /** Synchronises both states, writing only if {@code write}; returns whether Redis has the owner's state. */
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

    /** Writes the owner's state even if Redis already has it. */
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
        if (lock.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                sync(session, true);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Result of {@link #store}. */
    enum Stored {
        YES,
        /** The value in Redis had changed and was handled: retry with the current state. */
        AGAIN,
        NO
    }

    /** Stores a state that is not yet current; only within {@link #exclusively}. */
    Stored store(RedisSession session, AvatarState candidate) {
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
            AvatarState state = owner.current();
            boolean saveDue = write && state.seq() != savedSeq;
            Exchange done = session.exchange(
                    RedisKeys.STATE, known, saveDue ? Optional.of(StateDocument.write(state)) : Optional.empty());
            handleResult(done, state.seq());
            if (done.found() != Found.CHANGED) {
                if (saveDue || state.seq() == savedSeq) {
                    status.cleared(RedisKeys.STATE);
                }
                return savedSeq == state.seq();
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
                owner.saved(seq, true);
            }
            case CHANGED -> {
                known = done.identity();
                OptionalLong matching = handleRemoteValue(done);
                savedSeq = matching.orElse(NONE);
                matching.ifPresent(saved -> owner.saved(saved, false));
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
            owner.rejected(
                    RejectionReason.TOO_LARGE,
                    RedisKeys.STATE + ": found " + done.identity().substring(5) + " bytes, expected at most "
                            + StateDocument.MAX_BYTES);
            return OptionalLong.empty();
        }
        return owner.onRemoteState(done.value(), firstSync);
    }

    /** An error reply keeps the session open; any other failure closes it. */
    private void failed(RedisSession session, RedisException e, boolean writing) {
        RedisError fault = RedisError.of(e);
        if (writing) {
            owner.saveFailed();
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
