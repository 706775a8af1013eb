package io.bev.avatar.renderer.timeline;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * An event of the avatar or its renderer.
 *
 * @param number increases with every event, from 1
 * @param title noun phrase, at most {@value #MAX_TITLE} characters
 * @param detail one line, at most {@value #MAX_DETAIL} characters; empty if there is nothing to add
 */
public record TimelineEvent(long number, Instant at, Kind kind, Level level, String title, String detail) {

    static final int MAX_TITLE = 100;
    static final int MAX_DETAIL = 300;

    /** What the event is about. */
    public enum Kind {
        EMOTION,
        INVESTIGATION,
        ALERT,
        /** Start, stop and state changes of the renderer. */
        RENDERER,
        BACKEND,
        REDIS,
        MODEL;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> of(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** Severity. */
    public enum Level {
        INFO,
        WARNING,
        CRITICAL;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Level> of(String label) {
            for (Level level : values()) {
                if (level.label().equals(label)) {
                    return Optional.of(level);
                }
            }
            return Optional.empty();
        }
    }

    public TimelineEvent {
        title = oneLine(title, MAX_TITLE);
        detail = oneLine(detail, MAX_DETAIL);
    }

    private static String oneLine(String text, int max) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= max ? line : line.substring(0, max - 1) + "…";
    }
}
