package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code avatar:alerts:active} in Redis. It is read after each message on the channel {@code avatar:alerts},
 * and every five seconds in case a message is missed. While Redis is unreachable, the last known alerts remain valid
 * for two minutes. Uses its own client, so that alerts do not delay the avatar's state.
 */
public final class AlertFeed implements ActiveAlert.Source {

    private static final Logger LOG = LoggerFactory.getLogger(AlertFeed.class);

    private static final String CLIENT_NAME = "bev-avatar-alerts";

    /** Gives start-up up to the first frame priority. */
    private static final Duration START_DELAY = Duration.ofSeconds(1);

    private static final Duration POLL_INTERVAL = Duration.ofSeconds(5);
    private static final Duration RECONNECT_DELAY = Duration.ofSeconds(2);
    private static final Duration MAX_AGE = Duration.ofMinutes(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(500);
    private static final String CRITICAL = "critical";
    private static final int MAX_ALERTS = 20;
    private static final int MAX_TEXT_LENGTH = 500;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RedisAddress address;
    private final Duration timeout;
    private final Ticker ticker;
    private final Semaphore signals = new Semaphore(0);
    private final Thread thread;

    private volatile Known known = Known.NOTHING;
    private volatile boolean closed;

    /**
     * What was read last.
     *
     * @param updated whether anything was read
     * @param nanos ticker time of the reading
     */
    private record Known(boolean updated, long nanos, List<ActiveAlert> critical, List<ActiveAlert> warnings) {
        static final Known NOTHING = new Known(false, 0, List.of(), List.of());
    }

    /** Starts following. */
    AlertFeed(RedisAddress address, Duration timeout, Ticker ticker) {
        this.address = address;
        this.timeout = timeout;
        this.ticker = ticker;
        this.thread = DaemonThreads.create("avatar-alerts", this::run);
        this.thread.start();
    }

    /** The alerts in the configured Redis; {@link ActiveAlert#none} if there is none. */
    public static ActiveAlert.Source of(Optional<RedisConfig> redis, Ticker ticker) {
        return redis.<ActiveAlert.Source>map(config -> new AlertFeed(config.address(), config.timeout(), ticker))
                .orElseGet(ActiveAlert::none);
    }

    @Override
    public List<ActiveAlert> active() {
        return isKnown() ? known.critical() : List.of();
    }

    @Override
    public List<ActiveAlert> warnings() {
        return isKnown() ? known.warnings() : List.of();
    }

    @Override
    public boolean isKnown() {
        Known last = known;
        return last.updated() && ticker.nanos() - last.nanos() < MAX_AGE.toNanos();
    }

    private void run() {
        try {
            await(START_DELAY);
        } catch (InterruptedException e) {
            return; // closed before start
        }
        ClientResources resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        RedisClient client =
                address.client(resources, address.uris(timeout, CLIENT_NAME).get(0));
        client.setOptions(address.secure(RedisSession.options(timeout)).build());
        try {
            runWithReconnect(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            var unusedClient = client.shutdownAsync(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            var unusedResources = resources.shutdown(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void runWithReconnect(RedisClient client) throws InterruptedException {
        boolean disconnected = false;
        while (!closed) {
            try (StatefulRedisConnection<String, String> commands = client.connect();
                    StatefulRedisPubSubConnection<String, String> channel = client.connectPubSub()) {
                channel.addListener(new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String from, String message) {
                        signals.release();
                    }
                });
                RedisSession.await(channel, channel.async().subscribe(RedisKeys.ALERTS));
                if (disconnected) {
                    LOG.info("alert feed reconnected to Redis");
                }
                disconnected = false;
                follow(commands, channel);
            } catch (RedisException e) {
                if (!disconnected && !closed) {
                    LOG.info(
                            "alert feed disconnected from Redis, reconnecting: {}",
                            RedisError.of(e).text());
                }
                disconnected = true;
            }
            await(RECONNECT_DELAY);
        }
    }

    private void follow(
            StatefulRedisConnection<String, String> commands, StatefulRedisPubSubConnection<String, String> channel)
            throws InterruptedException {
        while (!closed && commands.isOpen() && channel.isOpen()) {
            update(RedisSession.await(commands, commands.async().hgetall(RedisKeys.ACTIVE_ALERTS)));
            await(POLL_INTERVAL);
        }
    }

    /** Waits for a message; messages received in the meantime are handled by one update. */
    private void await(Duration timeout) throws InterruptedException {
        if (!closed && signals.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            signals.drainPermits();
        }
    }

    private void update(Map<String, String> entries) {
        List<ActiveAlert> found = new ArrayList<>();
        entries.forEach((fingerprint, entry) -> {
            try {
                JsonNode alert = JSON.readTree(entry);
                String level = alert.path("level").asText();
                if (alert.path("status").asText().equals("firing")
                        && (level.equals(CRITICAL) || level.equals("warning"))) {
                    found.add(alert(fingerprint, level.equals(CRITICAL), alert));
                }
            } catch (JsonProcessingException e) {
                LOG.debug("{}: entry is not a valid alert, ignored: {}", RedisKeys.ACTIVE_ALERTS, e.getMessage());
            }
        });
        found.sort(Comparator.comparing(ActiveAlert::since)
                .thenComparing(ActiveAlert::name)
                .thenComparing(ActiveAlert::id));
        List<ActiveAlert> critical =
                found.stream().filter(ActiveAlert::critical).limit(MAX_ALERTS).toList();
        List<ActiveAlert> warnings = found.stream()
                .filter(alert -> !alert.critical())
                .limit(MAX_ALERTS)
                .toList();
        if (!critical.equals(known.critical())) {
            LOG.info(
                    "critical alerts: {}",
                    critical.isEmpty()
                            ? "none"
                            : critical.stream().map(ActiveAlert::name).toList());
        }
        known = new Known(true, ticker.nanos(), critical, warnings);
    }

    private static ActiveAlert alert(String fingerprint, boolean critical, JsonNode alert) {
        return new ActiveAlert(
                fingerprint,
                critical,
                text(alert, "alertname"),
                text(alert, "instance"),
                text(alert, "summary"),
                text(alert, "description"),
                text(alert, "startsAt"),
                text(alert, "runbook"),
                text(alert, "dashboard"));
    }

    private static String text(JsonNode alert, String field) {
        String text = alert.path(field).asText("");
        return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH - 1) + "…";
    }

    @Override
    public void close() {
        closed = true;
        signals.release();
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
