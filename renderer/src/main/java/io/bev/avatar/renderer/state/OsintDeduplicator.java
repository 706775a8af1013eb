package io.bev.avatar.renderer.state;

import io.bev.avatar.common.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Detects duplicate OSINT events. The pipeline may send each event over the stream and over pub/sub: the second copy
 * within {@link #WINDOW} is a duplicate. The same content twice over one channel is two events, unless it has the
 * same {@code event_id}. Not thread-safe.
 */
final class OsintDeduplicator {

    /** Retention time of an event. */
    static final Duration WINDOW = Duration.ofSeconds(60);

    private static final int MAX_EVENTS = 4096;

    /** Source of an event. */
    enum Channel {
        STREAM,
        PUBSUB,
        HTTP
    }

    /** Number of copies received by stream minus copies received by pub/sub. */
    private record Seen(int ahead, long nanos) {}

    private record Undo(Object key, Optional<Seen> before) {}

    private final Ticker ticker;
    private final Deque<Undo> undo = new ArrayDeque<>();
    private final Map<Object, Seen> seen = new LinkedHashMap<>();

    OsintDeduplicator(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Records the event, permanently only with {@link #commit}; returns whether it is a duplicate. */
    boolean isDuplicate(OsintEvent event, Channel channel) {
        long now = ticker.nanos();
        evictBefore(now - WINDOW.toNanos());
        if (event.eventId().isPresent()) {
            boolean duplicate = seen.containsKey(event.eventId().get());
            if (!duplicate) {
                put(event.eventId().get(), new Seen(1, now));
            }
            return duplicate;
        }
        if (channel == Channel.HTTP) {
            return false;
        }
        Seen known = seen.get(event);
        int before = known == null ? 0 : known.ahead();
        int after = before + (channel == Channel.STREAM ? 1 : -1);
        put(event, new Seen(after, now));
        return Math.abs(after) < Math.abs(before);
    }

    private void put(Object key, Seen value) {
        undo.push(new Undo(key, Optional.ofNullable(seen.remove(key))));
        seen.put(key, value);
    }

    /** Makes the recorded events permanent. */
    void commit() {
        undo.clear();
    }

    /** Discards events recorded since the last {@link #commit}, because they could not be applied. */
    void rollback() {
        while (!undo.isEmpty()) {
            Undo step = undo.pop();
            seen.remove(step.key());
            step.before().ifPresent(before -> seen.put(step.key(), before));
        }
    }

    private void evictBefore(long oldest) {
        Iterator<Seen> all = seen.values().iterator();
        while (all.hasNext()) {
            if (all.next().nanos() - oldest < 0 || seen.size() > MAX_EVENTS) {
                all.remove();
            } else {
                return;
            }
        }
    }
}
