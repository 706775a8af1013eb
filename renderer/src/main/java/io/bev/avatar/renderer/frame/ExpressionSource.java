package io.bev.avatar.renderer.frame;

import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.splat.pose.ExpressionFrame;

/** Turns the state into what the face does at one instant. Called by the render thread alone; allocates nothing. */
@FunctionalInterface
public interface ExpressionSource {

    /**
     * @param nowNanos ticker time, never less than at the call before
     * @param out overwritten
     */
    void express(AvatarState state, long nowNanos, ExpressionFrame out);
}
