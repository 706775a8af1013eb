package io.bev.avatar.renderer.frame;

import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.splat.pose.ExpressionFrame;

/** Computes the expression for a state and an instant. Called by the render thread only; allocates nothing. */
@FunctionalInterface
public interface ExpressionSource {

    /**
     * @param nowNanos ticker time, not decreasing between calls
     * @param out overwritten
     */
    void express(AvatarState state, long nowNanos, ExpressionFrame out);
}
