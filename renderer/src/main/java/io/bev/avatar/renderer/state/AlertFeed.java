package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.time.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code avatar:alerts:active} in Redis. A message on the channel {@code avatar:alerts} makes it look at once; without
 * one it looks every five seconds, so that nothing that is missed stays missed. While Redis is away, what was known last stands
 * for two minutes. It has a client of its own: alerts must not be in the way of the avatar's state.
 */
public final class AlertFeed implements ActiveAlert.Source {

    private static final Logger LOG = LoggerFactory.getLogger(AlertFeed.class);

    private static final String CHANNEL = "avatar:alerts";
    private static final String ACTIVE = "avatar:alerts:active";
    private static final String CLIENT_NAME = "bev-avatar-alerts";

    /** The first frame comes first. */
    private static final Duration START_DELAY = Duration.ofSeconds(1);

    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);
    private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(2);
    private static final Duration TRUSTED_FOR = Duration.ofMinutes(2);
    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(500);
    private static final int MOST = 20;
    private static final int LONGEST_TEXT = 500;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RedisAddress address;
    private final Duration timeout;
    private final Ticker ticker;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;

    private volatile List<ActiveAlert> alerts = List.of();
    private volatile long seenNanos;
    private volatile boolean closed;

    /** Begins to follow. */
    AlertFeed(RedisAddress address, Duration timeout, Ticker ticker) {
        this.address = address;
        this.timeout = timeout;
        this.ticker = ticker;
        this.thread = new Thread(this::run, "avatar-alerts");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** The alerts of the Redis that is configured; none where none is. */
    public static ActiveAlert.Source of(RedisConfig redis, Ticker ticker) {
        return redis.redis()
                .<ActiveAlert.Source>map(address -> new AlertFeed(address, redis.timeout(), ticker))
                .orElseGet(ActiveAlert::none);
    }

    @Override
    public List<ActiveAlert> active() {
        List<ActiveAlert> known = alerts;
        return known.isEmpty() || ticker.nanos() - seenNanos < TRUSTED_FOR.toNanos() ? known : List.of();
    }

    private void run() {
        try {
            await(START_DELAY);
        } catch (InterruptedException e) {
            return; // closed before it began
        }
        ClientResources resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        RedisClient client =
                address.client(resources, address.uris(timeout, CLIENT_NAME).get(0));
        client.setOptions(address.secure(RedisSession.options(timeout)).build());
        try {
            followAgainAndAgain(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            var unusedClient = client.shutdownAsync(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            var unusedResources = resources.shutdown(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void followAgainAndAgain(RedisClient client) throws InterruptedException {
        boolean away = false;
        while (!closed) {
            try (StatefulRedisConnection<String, String> commands = client.connect();
                    StatefulRedisPubSubConnection<String, String> channel = client.connectPubSub()) {
                channel.addListener(new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String from, String message) {
                        news.release();
                    }
                });
                RedisSession.answer(channel, channel.async().subscribe(CHANNEL));
                if (away) {
                    LOG.info("alerts are followed again");
                }
                away = false;
                follow(commands, channel);
            } catch (RedisException e) {
                if (!away && !closed) {
                    LOG.info(
                            "alerts cannot be followed for now: {}",
                            RedisError.of(e).text());
                }
                away = true;
            }
            await(RECONNECT_PAUSE);
        }
    }

    private void follow(
            StatefulRedisConnection<String, String> commands, StatefulRedisPubSubConnection<String, String> channel)
            throws InterruptedException {
        while (!closed && commands.isOpen() && channel.isOpen()) {
            look(RedisSession.answer(commands, commands.async().hgetall(ACTIVE)).values());
            await(LOOK_INTERVAL);
        }
    }

    /** Waits for a message; those that came meanwhile need only one look. */
    private void await(Duration atMost) throws InterruptedException {
        if (!closed && news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            news.drainPermits();
        }
    }

    private void look(Collection<String> entries) {
        List<ActiveAlert> found = new ArrayList<>();
        for (String entry : entries) {
            try {
                JsonNode alert = JSON.readTree(entry);
                if (alert.path("level").asText().equals("critical")
                        && alert.path("status").asText().equals("firing")) {
                    found.add(new ActiveAlert(
                            text(alert, "alertname"),
                            text(alert, "instance"),
                            text(alert, "summary"),
                            text(alert, "description"),
                            text(alert, "startsAt")));
                }
            } catch (JsonProcessingException e) {
                LOG.debug("{}: an entry is no alert: {}", ACTIVE, e.getMessage());
            }
        }
        found.sort(Comparator.comparing(ActiveAlert::since).thenComparing(ActiveAlert::name));
        List<ActiveAlert> fresh = List.copyOf(found.subList(0, Math.min(MOST, found.size())));
        if (!fresh.equals(alerts)) {
            LOG.info(
                    "critical alerts: {}",
                    fresh.isEmpty()
                            ? "none any more"
                            : fresh.stream().map(ActiveAlert::name).toList());
        }
        seenNanos = ticker.nanos();
        alerts = fresh;
    }

    private static String text(JsonNode alert, String field) {
        String text = alert.path(field).asText("");
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
    }

    @Override
    public void close() {
        closed = true;
        news.release();
        thread.interrupt();
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
