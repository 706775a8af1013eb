package io.bev.avatar.renderer.expression;

import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.util.Arrays;

/** Movement of a speaking face at one instant; reused from frame to frame. */
public final class SpeechPose {

    /** Weights of the mouth, 0..1, by index of {@link ArkitBlendshapes}. */
    public final float[] weights = new float[ArkitBlendshapes.COUNT];

    /** How much of the emotion's mouth yields to the speech: 0 none, 1 as far as possible. */
    public float activity;

    /** How much the lips must close, 0..1: what opens them in the emotion yields. */
    public float closure;

    /** Nod of the head, radians downwards. */
    public float nod;

    /** Lid closure by a blink at a pause, 0..1. */
    public float blink;

    /** Raised brows of an accent, 0..1. */
    public float brow;

    /** The pose of a silent face. */
    public void rest() {
        Arrays.fill(weights, 0);
        activity = 0;
        closure = 0;
        nod = 0;
        blink = 0;
        brow = 0;
    }
}
