package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An emotion that fades: its intensity falls in steps, and at the end the emotion from before is back.
 *
 * @param emotion that fades
 * @param intensity at the start, 0..1
 * @param shown intensity of the last step
 * @param startNanos ticker time of the start
 * @param seconds duration
 * @param priority of the rule that set it
 * @param before emotion that is back at the end
 * @param beforeIntensity its intensity, 0..1
 */
record EmotionFade(
        Emotion emotion,
        double intensity,
        double shown,
        long startNanos,
        double seconds,
        int priority,
        Emotion before,
        double beforeIntensity) {

    static final int STEPS = 5;

    /** Whether this is what the state shows; otherwise another update has set the emotion. */
    boolean isShownBy(AvatarState state) {
        return state.emotion() == emotion && state.intensity() == shown;
    }

    /** Steps done, 0 to {@link #STEPS}. */
    int step(long nowNanos) {
        return (int) Math.max(0, Math.min(STEPS, (nowNanos - startNanos) / 1e9 / seconds * STEPS));
    }

    double level(int step) {
        return intensity * (STEPS - step) / STEPS;
    }

    EmotionFade withShown(double level) {
        return new EmotionFade(emotion, intensity, level, startNanos, seconds, priority, before, beforeIntensity);
    }

    EmotionFade withBefore(Emotion other, double otherIntensity) {
        return new EmotionFade(emotion, intensity, shown, startNanos, seconds, priority, other, otherIntensity);
    }

    ObjectNode encode(Instant now, long nowNanos) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("emotion", emotion.label())
                .put("intensity", intensity)
                .put("shown", shown)
                .put("startedAt", now.minusNanos(nowNanos - startNanos).toString())
                .put("seconds", seconds)
                .put("priority", priority)
                .put("before", before.label())
                .put("beforeIntensity", beforeIntensity);
    }

    /** The fade of an earlier process; empty if there was none. The time between counts, by the clock. */
    static Optional<EmotionFade> decode(JsonNode node, Instant now, long nowNanos) {
        Optional<Emotion> emotion = Emotion.of(node.path("emotion").asText());
        Optional<Emotion> before = Emotion.of(node.path("before").asText());
        double seconds = node.path("seconds").asDouble();
        if (emotion.isEmpty() || before.isEmpty() || !(seconds > 0)) {
            return Optional.empty();
        }
        Duration elapsed;
        try {
            elapsed = Duration.between(Instant.parse(node.path("startedAt").asText()), now);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
        long limit = (long) (seconds * 1e9);
        long nanos = elapsed.isNegative() ? 0 : elapsed.toSeconds() > seconds ? limit : elapsed.toNanos();
        return Optional.of(new EmotionFade(
                emotion.get(),
                node.path("intensity").asDouble(),
                node.path("shown").asDouble(),
                nowNanos - nanos,
                seconds,
                node.path("priority").asInt(),
                before.get(),
                node.path("beforeIntensity").asDouble()));
    }
}
