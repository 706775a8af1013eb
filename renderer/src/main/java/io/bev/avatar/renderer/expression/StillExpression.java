package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.AvatarState.Gaze;
import io.bev.avatar.renderer.state.AvatarState.Head;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The expression of an emotion once it is fully shown, without idle motion and blinks. */
public final class StillExpression {

    private static final ExpressionConfig STILL = new ExpressionConfig(
            1, ExpressionConfig.DEFAULTS.blinkIntervalMin(), ExpressionConfig.DEFAULTS.blinkIntervalMax(), 0);

    private StillExpression() {}

    /**
     * Writes the expression to {@code out}.
     *
     * @param intensity 0..1
     * @param blendshapes weights on top of the emotion, 0..1, by ARKit name
     */
    public static void write(Emotion emotion, double intensity, Map<String, Double> blendshapes, ExpressionFrame out) {
        AvatarState state = new AvatarState(
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
        // The first call shows the emotion without a transition.
        new ExpressionController(STILL).advance(0, state, out);
    }
}
