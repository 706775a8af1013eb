package io.bev.avatar.exporter.alert;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Publishes to Redis: list {@code avatar:alerts} (newest first, 100 entries), Pub/Sub channel of the same name, and
 * hash {@code avatar:alerts:active} of active alerts. A Lua script updates all of them atomically per batch; sorted set
 * {@code avatar:alerts:seen} holds the keys of the newest 10,000 events for deduplication.
 */
final class RedisAlertStore implements AlertStore {

    private static final String[] KEYS = {RedisKeys.ALERTS, RedisKeys.ACTIVE_ALERTS, RedisKeys.SEEN_ALERTS};
    private static final int LIST_LENGTH = 100;
    private static final int DEDUPLICATED = 10_000;

    private static final long SWEEP_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Bounds the time for which one script blocks Redis. */
    private static final int BATCH = 100;

    private final RedisConnection link;
    private final Duration activeFor;
    private final Clock clock;
    private final String script;
    private boolean swept;
    private long sweptNanos;

    /** @param activeFor time after which an alert without another notification no longer counts as firing */
    RedisAlertStore(RedisConnection link, Duration activeFor, Clock clock) {
        this.link = link;
        this.activeFor = activeFor;
        this.clock = clock;
        this.script = resource("publish-alerts.lua");
    }

    @Override
    public void publish(List<AlertEvent> events) throws IOException, InterruptedException {
        for (int from = 0; from < events.size(); from += BATCH) {
            String[] arguments = arguments(events.subList(from, Math.min(events.size(), from + BATCH)));
            link.call(commands -> commands.eval(script, KEYS, arguments));
        }
    }

    private String[] arguments(List<AlertEvent> events) {
        List<String> arguments = new ArrayList<>(4 + events.size() * 5);
        arguments.add(Long.toString(clock.millis()));
        arguments.add(Integer.toString(LIST_LENGTH));
        arguments.add(Integer.toString(DEDUPLICATED));
        arguments.add(Long.toString(sweepDue() ? activeFor.toMillis() : 0));
        for (AlertEvent event : events) {
            arguments.add(event.identity());
            arguments.add(event.fingerprint());
            arguments.add(event.status());
            arguments.add(event.startsAt().toString());
            arguments.add(event.toJson());
        }
        return arguments.toArray(String[]::new);
    }

    /** The search for expired alerts reads all active ones, and so is rare. */
    private boolean sweepDue() {
        long now = System.nanoTime();
        boolean due = !swept || now - sweptNanos > SWEEP_INTERVAL_NANOS;
        if (due) {
            swept = true;
            sweptNanos = now;
        }
        return due;
    }

    private static String resource(String name) {
        try (InputStream in = RedisAlertStore.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar: rebuild it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
