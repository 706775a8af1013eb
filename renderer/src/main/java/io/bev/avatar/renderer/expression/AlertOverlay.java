package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.frame.ExpressionSource;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;

/**
 * Shows the alert emotion while a critical alert is firing. The stored state is not modified: speech, gaze and head
 * continue, and the emotion returns when the alert is resolved. Called by the render thread only; allocates when the
 * state changes, not per frame.
 */
public final class AlertOverlay implements ExpressionSource {

    /** Keeps the alert visible when the underlying intensity is low. */
    private static final double MIN_INTENSITY = 0.85;

    private final ExpressionSource expression;
    private final ActiveAlert.Source alerts;
    private AvatarState underlying;
    private AvatarState overlaid;

    public AlertOverlay(ExpressionSource expression, ActiveAlert.Source alerts, AvatarState first) {
        this.expression = expression;
        this.alerts = alerts;
        this.underlying = first;
        this.overlaid = withAlert(first);
    }

    @Override
    public void express(AvatarState state, long nowNanos, ExpressionFrame out) {
        if (alerts.active().isEmpty()) {
            expression.express(state, nowNanos, out);
            return;
        }
        if (!state.equals(underlying)) {
            underlying = state;
            overlaid = withAlert(state);
        }
        expression.express(overlaid, nowNanos, out);
    }

    static AvatarState withAlert(AvatarState state) {
        return new AvatarState(
                state.seq(),
                Emotion.ALERT,
                Math.max(MIN_INTENSITY, state.intensity()),
                state.activity(),
                state.head(),
                state.gaze(),
                state.mouth(),
                state.blendshapes(),
                state.investigation(),
                state.updatedAt());
    }
}
