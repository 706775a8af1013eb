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
 * Keeps {@code avatar:state} and the owner's state in step: looks at the value, has the owner judge what it did not write,
 * and writes only over a value that was judged. One exchange at a time; its lock comes before the owner's own.
 */
final class RedisStateCas {

    /** Changes closer together than this are saved together. */
    private static final Duration SAVE_INTERVAL = Duration.ofMillis(100);

    private static final Duration FAULT_PAUSE = Duration.ofSeconds(1);

    /** Identity of a value not looked at yet; never the identity of one in Redis. */
    private static final String UNKNOWN = "?";

    private static final long NONE = -1;
    private static final int MAX_ROUNDS = 8;

    private final RedisStateListener owner;
    private final RedisStatus status;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private String known = UNKNOWN;
    private boolean firstLook = true;
    private long savedSeq = NONE;
    private long nextSaveNanos;

    RedisStateCas(RedisStateListener owner, RedisStatus status, Ticker ticker) {
        this.owner = owner;
        this.status = status;
        this.ticker = ticker;
    }

    /** Runs {@code task} while nobody else exchanges states with Redis, so that it may use {@link #store}. */
    <T> T exclusively(Supplier<T> task) {
        lock.lock();
        try {
            return task.get();
        } finally {
            lock.unlock();
        }
    }

    /** Begins with a new session: what Redis holds now is not known. */
    void begin() {
        lock.lock();
        try {
            known = UNKNOWN;
            firstLook = true;
            savedSeq = NONE;
            nextSaveNanos = ticker.nanos();
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds until a save is due, negative when overdue; empty when there is nothing to save. */
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

    /** Brings both together, writing only if {@code write}; true when Redis has the owner's state. */
    boolean settle(RedisSession session, boolean write) {
        return exclusively(() -> {
            try {
                return rounds(session, write);
            } catch (RedisException e) {
                failed(session, e, write);
                return false;
            }
        });
    }

    /** Writes the owner's state even if Redis has it. */
    boolean save(RedisSession session) {
        return exclusively(() -> {
            savedSeq = NONE;
            return settle(session, true);
        });
    }

    /** Looks at the value as if for the first time. */
    void look(RedisSession session) {
        exclusively(() -> {
            known = UNKNOWN;
            return settle(session, true);
        });
    }

    /** Settles a last time, unless another exchange takes too long. */
    void settleLast(RedisSession session, Duration atMost) throws InterruptedException {
        if (lock.tryLock(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                settle(session, true);
            } finally {
                lock.unlock();
            }
        }
    }

    /** What became of a {@link #store}. */
    enum Stored {
        YES,
        /** The value in Redis had changed and was taken in: look at the current state and try again. */
        AGAIN,
        NO
    }

    /** Stores a state that is not current yet; only within {@link #exclusively}. */
    Stored store(RedisSession session, AvatarState candidate) {
        try {
            Exchange done = session.exchange(RedisKeys.STATE, known, Optional.of(StateDocument.write(candidate)));
            takeIn(done, candidate.seq());
            return done.found() == Found.STORED ? Stored.YES : Stored.AGAIN;
        } catch (RedisException e) {
            failed(session, e, true);
            return Stored.NO;
        }
    }

    private boolean rounds(RedisSession session, boolean write) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            AvatarState state = owner.current();
            boolean due = write && state.seq() != savedSeq;
            Exchange done = session.exchange(
                    RedisKeys.STATE, known, due ? Optional.of(StateDocument.write(state)) : Optional.empty());
            takeIn(done, state.seq());
            if (done.found() != Found.CHANGED) {
                if (due || state.seq() == savedSeq) {
                    status.fine(RedisKeys.STATE);
                }
                return savedSeq == state.seq();
            }
        }
        return false;
    }

    private void takeIn(Exchange done, long seq) {
        switch (done.found()) {
            case STORED -> {
                known = done.identity();
                savedSeq = seq;
                nextSaveNanos = ticker.nanos() + SAVE_INTERVAL.toNanos();
                owner.saved(seq, true);
            }
            case CHANGED -> {
                known = done.identity();
                OptionalLong stands = judge(done);
                savedSeq = stands.orElse(NONE);
                stands.ifPresent(saved -> owner.saved(saved, false));
            }
            case SAME -> {}
        }
        firstLook = false;
    }

    private OptionalLong judge(Exchange done) {
        if (done.identity().isEmpty()) {
            return OptionalLong.empty();
        }
        if (done.identity().startsWith("size:")) {
            owner.refused(
                    RejectionReason.TOO_LARGE,
                    RedisKeys.STATE + ": found " + done.identity().substring(5) + " bytes, expected at most "
                            + StateDocument.MAX_BYTES);
            return OptionalLong.empty();
        }
        return owner.found(done.value(), firstLook);
    }

    /** A server's error reply leaves the session as it is; anything else ends it. */
    private void failed(RedisSession session, RedisException e, boolean writing) {
        RedisError fault = RedisError.of(e);
        if (writing) {
            owner.saveFailed();
        }
        nextSaveNanos = ticker.nanos() + FAULT_PAUSE.toNanos();
        if (fault.kind() == RedisError.Kind.AWAY) {
            status.away(fault);
            session.close();
        } else {
            status.connected();
            status.fault(RedisKeys.STATE, fault);
        }
    }
}
