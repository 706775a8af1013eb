package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;

/**
 * Makes the avatar look alert while a critical alert fires. It lies over the state and leaves the stored one alone: speech, gaze
 * and head go on, and the mood is back when the alert is over. Called by the render thread alone; allocates when the state is
 * another one, not per frame.
 */
public final class AlertOverlay implements ExpressionSource {

    /** The mood must be seen, however mild the one below it is. */
    private static final double LEAST_INTENSITY = 0.85;

    private final ExpressionSource expression;
    private final ActiveAlert.Source alerts;
    private AvatarState below;
    private AvatarState shown;

    public AlertOverlay(ExpressionSource expression, ActiveAlert.Source alerts, AvatarState first) {
        this.expression = expression;
        this.alerts = alerts;
        this.below = first;
        this.shown = alerted(first);
    }

    @Override
    public void express(AvatarState state, long nowNanos, ExpressionFrame out) {
        if (alerts.active().isEmpty()) {
            expression.express(state, nowNanos, out);
            return;
        }
        if (!state.equals(below)) {
            below = state;
            shown = alerted(state);
        }
        expression.express(shown, nowNanos, out);
    }

    private static AvatarState alerted(AvatarState state) {
        return new AvatarState(
                state.seq(),
                Emotion.ALERT,
                Math.max(LEAST_INTENSITY, state.intensity()),
                state.activity(),
                state.head(),
                state.gaze(),
                state.mouth(),
                state.blendshapes(),
                state.investigation(),
                state.updatedAt());
    }
}
