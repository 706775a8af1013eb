package io.bev.avatar.renderer.state;

import java.util.Locale;
import java.util.Optional;

/** Emotions of the avatar; lower case in documents. */
public enum Emotion {
    NEUTRAL,
    HAPPY,
    EXCITED,
    FOCUSED,
    THINKING,
    ANALYZING,
    ALERT,
    CONFIDENT,
    CURIOUS,
    PROCESSING,
    DISCOVERED,
    CONCERNED,
    SATISFIED,
    INVESTIGATING,
    BREAKTHROUGH;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Emotion> of(String label) {
        for (Emotion emotion : values()) {
            if (emotion.label().equals(label)) {
                return Optional.of(emotion);
            }
        }
        return Optional.empty();
    }
}
