package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.time.Ticker;
import java.time.Instant;
import java.util.Optional;

/**
 * The emotion that fades, if any. While it does, a rule of lower priority sets what is shown afterwards. Any other update of the
 * emotion ends it. Changes are permanent only with {@link #commit}. Not thread-safe, except {@link #isActive}.
 */
final class EmotionFades {

    private final Ticker ticker;
    private Optional<EmotionFade> committed = Optional.empty();
    private Optional<EmotionFade> current = Optional.empty();
    private volatile boolean active;

    EmotionFades(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Whether {@link #step} may have something to do. */
    boolean isActive() {
        return active;
    }

    /**
     * Sets the emotion of a rule.
     *
     * @param before the state before the event
     * @param after the state after it, with the emotion from before
     */
    AvatarState apply(OsintRule rule, AvatarState before, AvatarState after) {
        Optional<EmotionFade> fading = current.filter(fade -> fade.isShownBy(before));
        if (fading.isPresent() && rule.priority() < fading.get().priority()) {
            if (rule.decaySeconds().isEmpty()) {
                current = fading.map(fade -> fade.withBefore(rule.emotion(), rule.intensity()));
            }
            return after;
        }
        current = rule.decaySeconds().stream()
                .mapToObj(seconds -> new EmotionFade(
                        rule.emotion(),
                        rule.intensity(),
                        rule.intensity(),
                        ticker.nanos(),
                        seconds,
                        rule.priority(),
                        fading.map(EmotionFade::before).orElse(before.emotion()),
                        fading.map(EmotionFade::beforeIntensity).orElse(before.intensity())))
                .findFirst();
        return withEmotion(after, after.seq(), rule.emotion(), rule.intensity(), after.updatedAt());
    }

    /** The state with the next step of the fade, or {@code state} itself if none is due. */
    AvatarState step(AvatarState state, Instant now) {
        current = current.filter(fade -> fade.isShownBy(state));
        if (current.isEmpty()) {
            return state;
        }
        EmotionFade fade = current.get();
        int step = fade.step(ticker.nanos());
        if (step == EmotionFade.STEPS) {
            current = Optional.empty();
            return withEmotion(state, state.seq() + 1, fade.before(), fade.beforeIntensity(), now);
        }
        double level = fade.level(step);
        if (level == fade.shown()) {
            return state;
        }
        current = Optional.of(fade.withShown(level));
        return withEmotion(state, state.seq() + 1, fade.emotion(), level, now);
    }

    /** What is shown when nothing more happens; empty if the emotion stays. */
    Optional<EmotionFade> current() {
        return current;
    }

    private static AvatarState withEmotion(
            AvatarState state, long seq, Emotion emotion, double intensity, Instant now) {
        return new AvatarState(
                seq,
                emotion,
                intensity,
                state.activity(),
                state.head(),
                state.gaze(),
                state.mouth(),
                state.blendshapes(),
                state.investigation(),
                now);
    }

    void commit() {
        committed = current;
        active = current.isPresent();
    }

    void rollback() {
        current = committed;
    }

    Optional<ObjectNode> encode(Instant now) {
        return current.map(fade -> fade.encode(now, ticker.nanos()));
    }

    void restore(JsonNode fade, Instant now) {
        current = EmotionFade.decode(fade, now, ticker.nanos());
        commit();
    }
}
