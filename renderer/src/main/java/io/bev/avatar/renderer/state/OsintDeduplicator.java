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
 * Tells OSINT events that were taken already. The pipeline may send each over the stream and over pub/sub: the copy that
 * comes second, within {@link #WINDOW}, is a repetition. The same content twice over one channel is two events, unless it
 * carries the same {@code event_id}. Not thread-safe.
 */
final class OsintDeduplicator {

    /** How long an event is remembered. */
    static final Duration WINDOW = Duration.ofSeconds(60);

    private static final int MAX_EVENTS = 4096;

    /** The ways in which an event can come. */
    enum Channel {
        STREAM,
        PUBSUB,
        HTTP
    }

    /** Copies seen by stream less copies seen by pub/sub. */
    private record Seen(int ahead, long nanos) {}

    private record Undo(Object key, Optional<Seen> before) {}

    private final Ticker ticker;
    private final Deque<Undo> undo = new ArrayDeque<>();
    private final Map<Object, Seen> seen = new LinkedHashMap<>();

    OsintDeduplicator(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Notes the event, for good only with {@link #commit}; true when it was taken before. */
    boolean isRepetition(OsintEvent event, Channel channel) {
        long now = ticker.nanos();
        forgetBefore(now - WINDOW.toNanos());
        if (event.eventId().isPresent()) {
            boolean repetition = seen.containsKey(event.eventId().get());
            if (!repetition) {
                put(event.eventId().get(), new Seen(1, now));
            }
            return repetition;
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

    /** What was noted stays noted. */
    void commit() {
        undo.clear();
    }

    /** Forgets what was noted since the last {@link #commit}, for events that could not be taken after all. */
    void rollback() {
        while (!undo.isEmpty()) {
            Undo step = undo.pop();
            seen.remove(step.key());
            step.before().ifPresent(before -> seen.put(step.key(), before));
        }
    }

    private void forgetBefore(long oldest) {
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
