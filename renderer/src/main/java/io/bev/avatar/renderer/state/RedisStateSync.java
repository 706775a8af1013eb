package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.time.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tie between a store and Redis: one thread that connects, again and again with growing pauses, looks at {@code
 * avatar:state} four times a second, and saves what changed. While Redis is away nothing queues up here: a save is always of
 * the owner's state at that moment.
 */
final class RedisStateSync implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisStateSync.class);

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration PERSON_PAUSE = Duration.ofSeconds(15);
    private static final Duration LAST_SAVE = Duration.ofMillis(500);

    private final Duration timeout;
    private final RedisStateListener owner;
    private final Ticker ticker;
    private final RedisStatus status;
    private final RedisAddress address;
    private final RedisURI uri;
    private final PubSubQueue inbox = new PubSubQueue();
    private final CountDownLatch firstLookDone = new CountDownLatch(1);
    private final InvestigationWriter investigation;
    private final Thread thread;

    private final RedisStateCas exchange;
    private volatile @Nullable RedisSession session;
    private volatile boolean closed;

    RedisStateSync(RedisConfig config, RedisAddress address, RedisStateListener owner, Ticker ticker) {
        this.address = address;
        this.uri = config.uri().orElseThrow();
        this.timeout = config.timeout();
        this.owner = owner;
        this.ticker = ticker;
        this.status = new RedisStatus(config.address());
        this.exchange = new RedisStateCas(owner, status, ticker);
        this.investigation = new InvestigationWriter(status);
        this.thread = new Thread(this::run, "avatar-redis");
        this.thread.setDaemon(true);
    }

    RedisStatus status() {
        return status;
    }

    void start() {
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
        return exchange.exclusively(task);
    }

    /** Stores a state that is not current yet; only within {@link #exclusively}. */
    RedisStateCas.Stored store(AvatarState candidate) {
        return open().map(open -> exchange.store(open, candidate)).orElse(RedisStateCas.Stored.NO);
    }

    /** Writes the current state now; false when Redis did not take it. */
    boolean save() {
        Optional<RedisSession> open = open();
        if (open.isEmpty()) {
            owner.saveFailed();
        }
        return open.map(exchange::save).orElse(false);
    }

    /** Looks at Redis now, taking what is newer there. */
    void look() {
        open().ifPresent(exchange::look);
    }

    private Optional<RedisSession> open() {
        return Optional.ofNullable(session).filter(RedisSession::isOpen);
    }

    /** The client is made here because its classes take long to load, and a start must not wait for them. */
    private void run() {
        ClientResources resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        RedisClient client = address.client(resources, uri);
        client.setOptions(address.secure(RedisSession.options(timeout)).build());
        try {
            connectAgainAndAgain(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            release(client, resources);
        }
    }

    /** Lets go of the client; being hurried by {@link #close} while it does is no fault. */
    private static void release(RedisClient client, ClientResources resources) {
        try {
            client.shutdown(Duration.ZERO, LAST_SAVE);
        } catch (RedisException e) {
            LOG.info("Redis client: ended in a hurry: {}", e.getMessage());
        }
        resources.shutdown(0, LAST_SAVE.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly(LAST_SAVE.toMillis());
    }

    private void connectAgainAndAgain(RedisClient client) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try (RedisSession opened = RedisSession.open(client)) {
                session = opened;
                if (serve(opened)) {
                    pause = FIRST_PAUSE;
                }
            } catch (RuntimeException e) {
                RedisError fault = RedisError.of(e);
                if (!closed) {
                    status.away(fault);
                }
                if (!(e instanceof RedisException)) {
                    LOG.error("following Redis failed; starting over", e);
                }
                pause = fault.kind() == RedisError.Kind.NEEDS_PERSON ? PERSON_PAUSE : pause;
            } finally {
                session = null;
                firstLookDone.countDown();
            }
            inbox.sleep(pause, () -> closed);
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    /** Serves one session until it ends; true when it ever worked. */
    private boolean serve(RedisSession open) throws InterruptedException {
        exchange.begin();
        Thread streams = new Thread(new UpdateStreams(open, owner, status, timeout), "avatar-redis-streams");
        streams.setDaemon(true);
        boolean worked = false;
        try {
            long nextLook = ticker.nanos();
            while (!closed && open.isOpen()) {
                long now = ticker.nanos();
                boolean due = exchange.nanosToSave().orElse(1) <= 0;
                if (due || now - nextLook >= 0) {
                    nextLook = now + LOOK_INTERVAL.toNanos();
                    exchange.settle(open, due);
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
                status.away(new RedisError(RedisError.Kind.AWAY, "connection lost"));
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
                            RejectionReason.OVERLOADED,
                            "channel " + RedisKeys.OSINT_UPDATES + ": too many messages waiting");
                }
            });
        } catch (RedisCommandExecutionException e) {
            status.fault("channel " + RedisKeys.OSINT_UPDATES, RedisError.of(e));
        }
    }

    private Duration untilNext(long nextLook) {
        long toLook = nextLook - ticker.nanos();
        return Duration.ofNanos(
                Math.max(0, Math.min(toLook, exchange.nanosToSave().orElse(toLook))));
    }

    /** Saves a last time, without waiting long, and ends the thread. */
    @Override
    public void close() {
        try {
            Optional<RedisSession> open = open();
            if (open.isPresent()) {
                open.get().hurry(LAST_SAVE);
                exchange.settleLast(open.get(), LAST_SAVE);
            }
            closed = true;
            inbox.wake();
            thread.join(LAST_SAVE.toMillis());
            thread.interrupt();
            thread.join(LAST_SAVE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
        }
    }
}
