package io.bev.avatar.exporter.alert;

import io.bev.avatar.exporter.redis.RedisConnection;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes to Redis: the list {@code avatar:alerts} (newest first, 100 entries), the channel of the same name, and the hash
 * {@code avatar:alerts:active} of what fires now. One script does all of it for one event at a time; the sorted set
 * {@code avatar:alerts:seen} remembers the newest 10,000 events.
 */
final class RedisAlertStore implements AlertStore {

    private static final String[] KEYS = {"avatar:alerts", "avatar:alerts:active", "avatar:alerts:seen"};
    private static final int LISTED = 100;
    private static final int REMEMBERED = 10_000;

    /** Bounds how long one script holds Redis. */
    private static final int BATCH = 100;

    private final RedisConnection link;
    private final Duration activeFor;
    private final Clock clock;
    private final String script;

    /** @param activeFor after this long without another notification, an alert no longer counts as firing */
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
            link.call(commands -> commands.<Long>eval(script, ScriptOutputType.INTEGER, KEYS, arguments));
        }
    }

    private String[] arguments(List<AlertEvent> events) {
        List<String> arguments = new ArrayList<>(4 + events.size() * 5);
        arguments.add(Long.toString(clock.millis()));
        arguments.add(Integer.toString(LISTED));
        arguments.add(Integer.toString(REMEMBERED));
        arguments.add(Long.toString(activeFor.toMillis()));
        for (AlertEvent event : events) {
            arguments.add(event.identity());
            arguments.add(event.fingerprint());
            arguments.add(event.status());
            arguments.add(event.startsAt().toString());
            arguments.add(event.toJson());
        }
        return arguments.toArray(String[]::new);
    }

    private static String resource(String name) {
        try (InputStream in = RedisAlertStore.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar: build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
