package io.bev.avatar.renderer.state;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.RedisSession.Exchange;
import io.bev.avatar.renderer.state.RedisSession.Found;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tie between a store and Redis: one thread that connects, again and again with growing pauses, looks at {@code
 * avatar:state} four times a second, and saves what changed. While Redis is away nothing queues up here: a save is always of
 * the owner's state at that moment.
 *
 * <p>Lock order: {@link #exchange} before the owner's own lock.
 */
final class RedisLink implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
    /** Changes closer together than this are saved together. */
    private static final Duration SAVE_INTERVAL = Duration.ofMillis(100);

    private static final Duration FAULT_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration PERSON_PAUSE = Duration.ofSeconds(15);
    private static final Duration LAST_SAVE = Duration.ofSeconds(1);

    /** Identity of a value not looked at yet; never the identity of one in Redis. */
    private static final String UNKNOWN = "?";

    private static final long NONE = -1;
    private static final int MAX_ROUNDS = 8;

    private final Duration timeout;
    private final RedisOwner owner;
    private final Ticker ticker;
    private final RedisStatus status;
    private final ClientResources resources;
    private final RedisClient client;
    private final PubSubInbox inbox = new PubSubInbox();
    private final CountDownLatch firstLookDone = new CountDownLatch(1);
    private final InvestigationWriter investigation;
    private final Thread thread;

    private final ReentrantLock exchange = new ReentrantLock();
    private volatile @Nullable RedisSession session;
    private volatile boolean closed;

    // Guarded by exchange.
    private String known = UNKNOWN;
    private boolean firstLook = true;
    private long savedSeq = NONE;
    private long nextSaveNanos;

    RedisLink(RedisURI uri, String address, Duration timeout, RedisOwner owner, Ticker ticker) {
        this.timeout = timeout;
        this.owner = owner;
        this.ticker = ticker;
        this.status = new RedisStatus(address);
        this.investigation = new InvestigationWriter(status);
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        this.client = RedisClient.create(resources, uri);
        this.client.setOptions(RedisSession.options(timeout));
        this.thread = new Thread(this::run, "avatar-redis");
        this.thread.setDaemon(true);
    }

    RedisStatus status() {
        return status;
    }

    void start() {
        nextSaveNanos = ticker.nanos();
        investigation.start(owner.current());
        thread.start();
    }

    /** Waits until Redis was looked at, or found away, for the first time. */
    void awaitFirstLook(Duration atMost) throws InterruptedException {
        if (!firstLookDone.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("Redis {}: no answer yet; starting without it", status.detail());
        }
    }

    /** Tells that the owner's state changed. */
    void changed() {
        inbox.wake();
    }

    /** Runs {@code task} while nobody else exchanges states with Redis, so that it may use {@link #store}. */
    <T> T exclusively(Supplier<T> task) {
        exchange.lock();
        try {
            return task.get();
        } finally {
            exchange.unlock();
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
    Stored store(AvatarState candidate) {
        RedisSession open = session;
        if (open == null || !open.isOpen()) {
            return Stored.NO;
        }
        try {
            Exchange done = open.exchange(RedisKeys.STATE, known, Optional.of(StateDocument.write(candidate)));
            takeIn(done, candidate.seq());
            return done.found() == Found.STORED ? Stored.YES : Stored.AGAIN;
        } catch (RuntimeException e) {
            failed(open, e);
            return Stored.NO;
        }
    }

    /** Writes the current state now; false when Redis did not take it. */
    boolean save() {
        RedisSession open = session;
        if (open == null || !open.isOpen()) {
            owner.saveFailed();
            return false;
        }
        return exclusively(() -> {
            savedSeq = NONE;
            return settle(open, true);
        });
    }

    /** Looks at Redis now, taking what is newer there; false when Redis did not answer. */
    boolean look() {
        RedisSession open = session;
        if (open == null || !open.isOpen()) {
            return false;
        }
        return exclusively(() -> {
            known = UNKNOWN;
            return settle(open, true);
        });
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try (RedisSession opened = RedisSession.open(client)) {
                session = opened;
                if (serve(opened)) {
                    pause = FIRST_PAUSE;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                RedisFault fault = RedisFault.of(e);
                status.away(fault);
                pause = fault.kind() == RedisFault.Kind.NEEDS_PERSON ? PERSON_PAUSE : pause;
            } finally {
                session = null;
                firstLookDone.countDown();
            }
            try {
                inbox.sleep(pause, () -> closed);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    /** Serves one session until it ends; true when it ever worked. */
    private boolean serve(RedisSession open) throws InterruptedException {
        exclusively(() -> {
            known = UNKNOWN;
            firstLook = true;
            savedSeq = NONE;
            nextSaveNanos = ticker.nanos();
            return true;
        });
        Thread streams = new Thread(new UpdateStreams(open, owner, status, timeout), "avatar-redis-streams");
        streams.setDaemon(true);
        boolean worked = false;
        try {
            long nextLook = ticker.nanos();
            while (!closed && open.isOpen()) {
                long now = ticker.nanos();
                boolean due = isSaveDue(now);
                if (due || now - nextLook >= 0) {
                    nextLook = now + LOOK_INTERVAL.toNanos();
                    exclusively(() -> settle(open, due));
                    if (open.isOpen() && !worked) {
                        worked = true;
                        status.connected();
                        subscribe(open);
                        streams.start();
                    }
                    firstLookDone.countDown();
                    investigation.write(open, owner.current());
                }
                List<byte[]> messages = inbox.await(untilNext(nextLook));
                if (!messages.isEmpty()) {
                    owner.takeMessages(messages);
                }
            }
            if (!closed && status.isConnected()) {
                status.away(new RedisFault(RedisFault.Kind.AWAY, "connection lost"));
            }
        } finally {
            open.close();
            streams.interrupt();
            streams.join(timeout.toMillis());
        }
        return worked;
    }

    private void subscribe(RedisSession open) {
        try {
            open.subscribe(RedisKeys.OSINT_UPDATES, message -> {
                if (!inbox.offer(message)) {
                    owner.refused(
                            Reason.OVERLOADED, "channel " + RedisKeys.OSINT_UPDATES + ": too many messages waiting");
                }
            });
        } catch (RedisCommandExecutionException e) {
            status.fault("channel " + RedisKeys.OSINT_UPDATES, RedisFault.of(e));
        }
    }

    private boolean isSaveDue(long now) {
        return exclusively(() -> owner.current().seq() != savedSeq && now - nextSaveNanos >= 0);
    }

    private Duration untilNext(long nextLook) {
        return exclusively(() -> {
            long now = ticker.nanos();
            long wait = nextLook - now;
            if (owner.current().seq() != savedSeq) {
                wait = Math.min(wait, nextSaveNanos - now);
            }
            return Duration.ofNanos(Math.max(0, wait));
        });
    }

    /** Brings the owner's state and Redis together; true when Redis has it. Exchange held. */
    private boolean settle(RedisSession open, boolean write) {
        try {
            for (int round = 0; round < MAX_ROUNDS; round++) {
                AvatarState state = owner.current();
                boolean due = write && state.seq() != savedSeq;
                Exchange done = open.exchange(
                        RedisKeys.STATE, known, due ? Optional.of(StateDocument.write(state)) : Optional.empty());
                takeIn(done, state.seq());
                if (done.found() != Found.CHANGED) {
                    status.fine(RedisKeys.STATE);
                    return savedSeq == state.seq();
                }
            }
            return false;
        } catch (RuntimeException e) {
            failed(open, e);
            return false;
        }
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
                    Reason.TOO_LARGE,
                    RedisKeys.STATE + ": found " + done.identity().substring(5) + " bytes, expected at most "
                            + StateDocument.MAX_BYTES);
            return OptionalLong.empty();
        }
        return owner.found(done.value(), firstLook);
    }

    /** A server's error reply leaves the session as it is; anything else ends it. Exchange held. */
    private void failed(RedisSession open, RuntimeException e) {
        RedisFault fault = RedisFault.of(e);
        owner.saveFailed();
        nextSaveNanos = ticker.nanos() + FAULT_PAUSE.toNanos();
        if (fault.kind() == RedisFault.Kind.AWAY) {
            status.away(fault);
            open.close();
        } else {
            status.connected();
            status.fault(RedisKeys.STATE, fault);
        }
    }

    /** Saves a last time, waiting a second at most, and ends the thread. */
    @Override
    public void close() {
        closed = true;
        RedisSession open = session;
        try {
            if (open != null && open.isOpen()) {
                open.hurry(LAST_SAVE);
                if (exchange.tryLock(LAST_SAVE.toMillis(), TimeUnit.MILLISECONDS)) {
                    try {
                        settle(open, true);
                    } finally {
                        exchange.unlock();
                    }
                }
            }
            inbox.wake();
            thread.join(LAST_SAVE.toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            client.shutdown(Duration.ZERO, LAST_SAVE);
            resources
                    .shutdown(0, LAST_SAVE.toMillis(), TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(LAST_SAVE.toMillis());
        }
    }
}
