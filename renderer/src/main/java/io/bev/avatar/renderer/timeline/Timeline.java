package io.bev.avatar.renderer.timeline;

import io.bev.avatar.renderer.timeline.TimelineEvent.Kind;
import io.bev.avatar.renderer.timeline.TimelineEvent.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The latest {@value #MAX_PER_KIND} events of each kind, so that frequent emotions do not displace alerts. An emotion that
 * lasted less than a second is replaced by the next one. Thread-safe.
 */
public final class Timeline {

    public static final int MAX_PER_KIND = 40;

    private static final Duration MIN_EMOTION_DURATION = Duration.ofSeconds(1);

    private final Clock clock;
    private final Map<Kind, Deque<TimelineEvent>> byKind = new EnumMap<>(Kind.class);
    private final List<Consumer<TimelineEvent>> listeners = new CopyOnWriteArrayList<>();
    private long number;

    public Timeline(Clock clock) {
        this.clock = clock;
    }

    /** Adds a listener, called after every event on the thread that recorded it; must not block. */
    public void onEvent(Consumer<TimelineEvent> listener) {
        listeners.add(listener);
    }

    /** Records an event that happened now. */
    public void record(Kind kind, Level level, String title, String detail) {
        TimelineEvent event;
        synchronized (this) {
            event = new TimelineEvent(number + 1, clock.instant(), kind, level, title, detail);
            add(event);
        }
        listeners.forEach(listener -> listener.accept(event));
    }

    /** Adds the events of an earlier process, without calling listeners. */
    synchronized void restore(List<TimelineEvent> events) {
        events.forEach(this::add);
    }

    private void add(TimelineEvent event) {
        Deque<TimelineEvent> events = byKind.computeIfAbsent(event.kind(), kind -> new ArrayDeque<>());
        TimelineEvent last = events.peekLast();
        if (event.kind() == Kind.EMOTION && last != null && isBrief(last.at(), event.at())) {
            events.removeLast();
        } else if (events.size() == MAX_PER_KIND) {
            events.removeFirst();
        }
        events.addLast(event);
        number = Math.max(number, event.number());
    }

    /** A clock that was set back makes no emotion brief. */
    private static boolean isBrief(Instant from, Instant to) {
        Duration lasted = Duration.between(from, to);
        return !lasted.isNegative() && lasted.compareTo(MIN_EMOTION_DURATION) < 0;
    }

    /** Number of the last event; 0 before the first. */
    public synchronized long number() {
        return number;
    }

    /** The events, oldest first. */
    public synchronized List<TimelineEvent> events() {
        List<TimelineEvent> all = new ArrayList<>();
        byKind.values().forEach(all::addAll);
        all.sort(Comparator.comparingLong(TimelineEvent::number));
        return all;
    }
}
