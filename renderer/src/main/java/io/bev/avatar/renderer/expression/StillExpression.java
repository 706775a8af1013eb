package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.AvatarState.Gaze;
import io.bev.avatar.renderer.state.AvatarState.Head;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The expression of an emotion without idle motion and blinks. */
public final class StillExpression {

    private static final ExpressionConfig STILL =
            new ExpressionConfig(1, Duration.ofSeconds(60), Duration.ofSeconds(60), 0);

    private static final int STEPS_PER_SECOND = 60;

    private StillExpression() {}

    /**
     * Writes the expression that is fully shown.
     *
     * @param intensity 0..1
     * @param blendshapes weights on top of the emotion, 0..1, by ARKit name
     */
    public static void write(Emotion emotion, double intensity, Map<String, Double> blendshapes, ExpressionFrame out) {
        // The first call shows the emotion without a transition.
        new ExpressionController(STILL).advance(0, state(emotion, intensity, blendshapes), out);
    }

    /**
     * Writes the expression at a moment after the emotion replaced neutral, in the course of its onset, hold and decay.
     *
     * @param intensity 0..1
     * @param seconds at least 0
     */
    public static void write(Emotion emotion, double intensity, double seconds, ExpressionFrame out) {
        ExpressionController controller = new ExpressionController(STILL);
        controller.advance(0, state(Emotion.NEUTRAL, intensity, Map.of()), out);
        AvatarState state = state(emotion, intensity, Map.of());
        for (int i = 1; i <= Math.round(seconds * STEPS_PER_SECOND); i++) {
            controller.advance(i * 1_000_000_000L / STEPS_PER_SECOND, state, out);
        }
    }

    private static AvatarState state(Emotion emotion, double intensity, Map<String, Double> blendshapes) {
        return new AvatarState(
                0,
                emotion,
                intensity,
                Optional.empty(),
                new Head(0, 0, 0),
                new Gaze(0, 0),
                0,
                blendshapes,
                Optional.empty(),
                Instant.EPOCH);
    }
}
