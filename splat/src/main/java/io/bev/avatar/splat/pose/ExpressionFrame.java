package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.scene.ArkitBlendshapes;

/** The facial expression and head pose at one instant; reused from frame to frame. */
public final class ExpressionFrame {

    /** Weight of each {@link ArkitBlendshapes}, 0..1. */
    public final float[] weights = new float[ArkitBlendshapes.COUNT];
    /** Turn of the head in radians, positive towards the avatar's left. */
    public float headYaw;
    /** Nod in radians, positive upwards. */
    public float headPitch;
    /** Tilt in radians, positive towards the avatar's left shoulder. */
    public float headRoll;
    /** Breath, 0 (exhaled) to 1 (inhaled). */
    public float breath;

    /** The avatar at rest: no weight, no turn. */
    public void rest() {
        java.util.Arrays.fill(weights, 0f);
        headYaw = 0;
        headPitch = 0;
        headRoll = 0;
        breath = 0;
    }
}
