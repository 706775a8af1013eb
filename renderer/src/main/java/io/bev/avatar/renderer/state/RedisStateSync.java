package io.bev.avatar.renderer.state;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Synchronises the current state with Redis: one thread connects, with exponential backoff, polls {@code avatar:state} four
 * times per second, and saves changes. Nothing is queued while Redis is unreachable: a save always writes the
 * current state.
 */
final class RedisStateSync implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisStateSync.class);

    private static final String CLIENT_NAME = "bev-avatar-renderer";
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration MIN_BACKOFF = Duration.ofMillis(100);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(2);
    private static final Duration OPERATOR_BACKOFF = Duration.ofSeconds(15);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofMillis(500);

    private final Duration timeout;
    private final CurrentState state;
    private final UpdateSubmitter submitter;
    private final Ticker ticker;
    private final RedisStatus status;
    private final RedisAddress address;
    private final RedisURI uri;
    private final PubSubQueue inbox = new PubSubQueue();
    private final CountDownLatch firstSyncDone = new CountDownLatch(1);
    private final InvestigationWriter investigation;
    private final Thread thread;

    private final RedisStateCas exchange;
    private volatile @Nullable RedisSession session;
    private volatile @Nullable Consumer<byte[]> speech;
    private volatile boolean closed;

    RedisStateSync(RedisConfig config, CurrentState state, UpdateSubmitter submitter, Ticker ticker) {
        this.address = config.address();
        this.timeout = config.timeout();
        this.uri = address.uris(timeout, CLIENT_NAME).get(0);
        this.state = state;
        this.submitter = submitter;
        this.ticker = ticker;
        this.status = new RedisStatus(address.toString().replaceFirst("^redis://", ""));
        this.exchange = new RedisStateCas(state, status, ticker);
        this.investigation = new InvestigationWriter(status);
        this.thread = DaemonThreads.create("avatar-redis", this::run);
    }

    RedisStatus status() {
        return status;
    }

    void start() {
        investigation.start(state.current());
        thread.start();
    }

    /** Waits until the first synchronisation has completed or failed. */
    void awaitFirstSync(Duration timeout) throws InterruptedException {
        if (!firstSyncDone.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.info("Redis {}: no response yet, starting without it", status.detail());
        }
    }

    /** Signals that the current state has changed. */
    void changed() {
        inbox.wake();
    }

    /** Applies changes as {@link RedisStateCas#submit} does; empty if Redis is unreachable. */
    Optional<List<Outcome>> submit(List<StateChange> changes, Map<String, String> read) {
        return open().flatMap(open -> exchange.submit(open, changes, read));
    }

    /** Saves the current state now; returns whether Redis stored it. */
    boolean save() {
        Optional<RedisSession> open = open();
        if (open.isEmpty()) {
            state.saveFailed();
        }
        return open.map(exchange::save).orElse(false);
    }

    /** Reads the state in Redis now and adopts it if it is newer. */
    void reread() {
        open().ifPresent(exchange::reread);
    }

    /** Sets the receiver of texts to speak; must not block. */
    void onSpeech(Consumer<byte[]> receiver) {
        speech = receiver;
    }

    private Optional<RedisSession> open() {
        return Optional.ofNullable(session).filter(RedisSession::isOpen);
    }

    /** Creates the client on this thread, because loading its classes would delay start-up. */
    private void run() {
        ClientResources resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        RedisClient client = address.client(resources, uri);
        client.setOptions(address.secure(RedisSession.options(timeout)).build());
        try {
            connectWithBackoff(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            release(client, resources);
        }
    }

    /** Shuts the client down; an interrupt by {@link #close} is not an error. */
    private static void release(RedisClient client, ClientResources resources) {
        try {
            client.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
        } catch (RedisException e) {
            LOG.info("Redis client shutdown was interrupted: {}", e.getMessage());
        }
        resources
                .shutdown(0, SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN_TIMEOUT.toMillis());
    }

    private void connectWithBackoff(RedisClient client) throws InterruptedException {
        Duration backoff = MIN_BACKOFF;
        while (!closed) {
            try (RedisSession opened = RedisSession.open(client)) {
                session = opened;
                if (serve(opened)) {
                    backoff = MIN_BACKOFF;
                }
            } catch (RuntimeException e) {
                RedisError fault = RedisError.of(e);
                if (!closed) {
                    status.disconnected(fault);
                }
                if (!(e instanceof RedisException)) {
                    LOG.error("Redis synchronisation failed, reconnecting", e);
                }
                backoff = fault.kind() == RedisError.Kind.NEEDS_OPERATOR ? OPERATOR_BACKOFF : backoff;
            } finally {
                session = null;
                firstSyncDone.countDown();
            }
            inbox.sleep(backoff, () -> closed);
            Duration doubled = backoff.multipliedBy(2);
            backoff = doubled.compareTo(MAX_BACKOFF) < 0 ? doubled : MAX_BACKOFF;
        }
    }

    /** Serves one session until it ends; returns whether a synchronisation succeeded. */
    private boolean serve(RedisSession open) throws InterruptedException {
        exchange.begin();
        Thread streams = DaemonThreads.create(
                "avatar-redis-streams", new UpdateStreams(open, state, submitter, status, timeout));
        boolean synced = false;
        boolean hearing = false;
        try {
            long nextPoll = ticker.nanos();
            while (!closed && open.isOpen()) {
                long now = ticker.nanos();
                boolean saveDue = exchange.nanosToSave().orElse(1) <= 0;
                if (saveDue || now - nextPoll >= 0) {
                    nextPoll = now + POLL_INTERVAL.toNanos();
                    exchange.sync(open, saveDue);
                    if (open.isOpen() && !synced) {
                        synced = true;
                        status.connected();
                        investigation.begin(open, state.current(), state.age()).ifPresent(state::adoptInvestigation);
                        subscribe(open);
                        streams.start();
                    }
                    firstSyncDone.countDown();
                    investigation.write(open, state.current());
                    hearing = hearing || subscribeToSpeech(open);
                }
                List<byte[]> messages = inbox.await(untilNext(nextPoll));
                if (!messages.isEmpty()) {
                    submitter.submitMessages(messages);
                }
            }
            if (!closed && status.isConnected()) {
                status.disconnected(new RedisError(RedisError.Kind.UNREACHABLE, "connection lost"));
            }
        } finally {
            open.close();
            streams.interrupt();
            streams.join(timeout.toMillis());
        }
        return synced;
    }

    private void subscribe(RedisSession open) {
        try {
            open.subscribe(RedisKeys.OSINT_UPDATES, message -> {
                if (!inbox.offer(message)) {
                    state.rejected(
                            RejectionReason.OVERLOADED,
                            "channel " + RedisKeys.OSINT_UPDATES + ": too many queued messages");
                }
            });
        } catch (RedisCommandExecutionException e) {
            status.fault("channel " + RedisKeys.OSINT_UPDATES, RedisError.of(e));
        }
    }

    /** Subscribes once there is a receiver; a text sent before that is not spoken later. */
    private boolean subscribeToSpeech(RedisSession open) {
        Consumer<byte[]> receiver = speech;
        if (receiver == null) {
            return false;
        }
        try {
            open.subscribe(RedisKeys.SPEECH, receiver);
        } catch (RedisCommandExecutionException e) {
            status.fault("channel " + RedisKeys.SPEECH, RedisError.of(e));
        }
        return true;
    }

    private Duration untilNext(long nextPoll) {
        long toPoll = nextPoll - ticker.nanos();
        return Duration.ofNanos(
                Math.max(0, Math.min(toPoll, exchange.nanosToSave().orElse(toPoll))));
    }

    /** Saves the state a last time, with a short timeout, and stops the thread. */
    @Override
    public void close() {
        try {
            Optional<RedisSession> open = open();
            if (open.isPresent()) {
                open.get().setTimeout(SHUTDOWN_TIMEOUT);
                exchange.syncOnShutdown(open.get(), SHUTDOWN_TIMEOUT);
            }
            closed = true;
            inbox.wake();
            thread.join(SHUTDOWN_TIMEOUT.toMillis());
            thread.interrupt();
            thread.join(SHUTDOWN_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
        }
    }
}
