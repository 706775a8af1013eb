package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.util.OptionalInt;

/** The face and movement of an emotion at full intensity; immutable. */
final class EmotionProfile {

    private final float[] weights = new float[ArkitBlendshapes.COUNT];
    private float yaw;
    private float pitch;
    private float roll;
    private float gazeX;
    private float gazeY;
    private float scan;
    private float blinkRate = 1;
    private float restlessness = 1;

    private EmotionProfile() {}

    /** Weight of channel {@code index} of {@link ArkitBlendshapes}, 0..1. */
    float weight(int index) {
        return weights[index];
    }

    /** Turn of the head in radians, as in {@link ExpressionFrame}. */
    float yaw() {
        return yaw;
    }

    float pitch() {
        return pitch;
    }

    float roll() {
        return roll;
    }

    /** Horizontal gaze, -1..1 towards the avatar's left. */
    float gazeX() {
        return gazeX;
    }

    /** Vertical gaze, -1..1 upwards. */
    float gazeY() {
        return gazeY;
    }

    /** Amplitude of reading eye movements around the gaze, 0..1. */
    float scan() {
        return scan;
    }

    /** Blink rate relative to neutral. */
    float blinkRate() {
        return blinkRate;
    }

    /** Amount of movement and rate of breathing relative to neutral. */
    float restlessness() {
        return restlessness;
    }

    /** The profile of {@code emotion}. */
    static EmotionProfile of(Emotion emotion) {
        return switch (emotion) {
            // A face at rest appears stern; slight brow and mouth weights make it attentive.
            case NEUTRAL -> face("mouthSmile 0.2 browInnerUp 0.12 browOuterUp 0.08");
            // Cheeks and lower lids make the smile genuine; the corners go up and out.
            case HAPPY ->
                face("mouthSmile 1 mouthDimple 0.5 mouthUpperUp 0.5 mouthLowerDown 0.3 jawOpen 0.05 cheekSquint 1"
                                + " eyeSquint 0.55 browInnerUp 0.2 browOuterUp 0.15")
                        .head(0, 0.01, 0.1)
                        .tempo(1.1, 1.2);
            // Eyes wide open, mouth open, leaning in, fast.
            case EXCITED ->
                face("mouthSmile 0.75 mouthDimple 0.2 mouthUpperUp 0.35 mouthLowerDown 0.35 jawOpen 0.3"
                                + " cheekSquint 0.2 eyeWide 0.9 browInnerUp 0.7 browOuterUp 0.95")
                        .head(0.05, -0.05, -0.08)
                        .tempo(1.3, 1.9);
            // Brows drawn together, lids narrowed, lips shut, head lowered, still.
            case FOCUSED ->
                face("browDown 0.95 eyeSquint 0.45 mouthPress 0.5 mouthRollLower 0.25 noseSneer 0.12")
                        .head(0, -0.11, 0)
                        .gaze(0, 0.15, 0)
                        .tempo(0.55, 0.4);
            // Looks away to the upper left, mouth to one side.
            case THINKING ->
                face("browInnerUp 0.4 browOuterUpRight 0.6 browDownLeft 0.25 eyeSquint 0.12 mouthLeft 0.6"
                                + " mouthPress 0.35 mouthPucker 0.25")
                        .head(0.16, 0.09, 0.1)
                        .gaze(0.6, 0.7, 0.08)
                        .tempo(1.2, 0.8);
            // Narrow eyes that read from side to side, one brow lower, lips pursed.
            case ANALYZING ->
                face("browDownLeft 0.75 browDownRight 0.2 browOuterUpRight 0.4 eyeSquint 0.95 eyeBlink 0.12"
                                + " mouthPucker 0.65 mouthPress 0.15")
                        .head(0.04, -0.05, -0.13)
                        .gaze(0.1, -0.1, 0.4)
                        .tempo(0.7, 0.6);
            // Wide eyes under lowered brows, lips stretched tight, nostrils raised, frozen.
            case ALERT ->
                face("eyeWide 1 browDown 0.6 browInnerUp 0.25 mouthStretch 0.6 mouthFrown 0.4 mouthPress 0.3"
                                + " noseSneer 0.45 jawForward 0.2")
                        .head(0, 0.02, 0)
                        .tempo(0.5, 0.4);
            // A smile of the left corner, chin up, lids at ease.
            case CONFIDENT ->
                face("mouthSmileLeft 0.85 mouthSmileRight 0.25 mouthDimpleLeft 0.7 mouthDimpleRight 0.2"
                                + " cheekSquintLeft 0.5 cheekSquintRight 0.15 eyeSquint 0.3 eyeBlink 0.14 mouthPress 0.15"
                                + " jawForward 0.25 browOuterUpLeft 0.5")
                        .head(-0.08, 0.16, -0.04)
                        .gaze(0.05, -0.15, 0)
                        .tempo(0.7, 0.7);
            // One brow up, head on one side, mouth about to ask.
            case CURIOUS ->
                face("browInnerUp 0.5 browOuterUpLeft 1 browOuterUpRight 0.3 eyeWide 0.5 mouthSmile 0.1"
                                + " mouthPucker 0.35 jawOpen 0.08")
                        .head(0.06, 0, 0.24)
                        .gaze(0, 0.05, 0.1)
                        .tempo(1, 1.1);
            // Turned inwards: eyes lowered and wandering, lips drawn in.
            case PROCESSING ->
                face("browInnerUp 0.3 browDown 0.2 eyeBlink 0.08 mouthRollLower 0.5 mouthRollUpper 0.4"
                                + " mouthPress 0.2")
                        .head(-0.09, -0.1, 0)
                        .gaze(-0.45, -0.38, 0.2)
                        .tempo(1.4, 0.6);
            // Surprise: brows and lids high, mouth round.
            case DISCOVERED ->
                face("eyeWide 1 browInnerUp 0.95 browOuterUp 0.95 jawOpen 0.5 mouthFunnel 0.5 mouthSmile 0.12")
                        .head(0, 0.07, 0.03)
                        .tempo(0.9, 1.4);
            // Inner brows up and together, corners of the mouth down, lower lip pushed up.
            case CONCERNED ->
                face("browInnerUp 1 browDown 0.3 eyeSquint 0.15 mouthFrown 1 mouthShrugLower 0.5"
                                + " mouthPress 0.2 mouthStretch 0.2")
                        .head(0, -0.07, 0.11)
                        .tempo(1.35, 0.8);
            // A closed smile, eyes nearly closed, a nod.
            case SATISFIED ->
                face("mouthSmile 0.9 mouthDimple 0.55 mouthPress 0.3 cheekSquint 0.8 eyeSquint 0.4"
                                + " eyeBlink 0.5 browInnerUp 0.25 browOuterUp 0.15")
                        .head(0.03, -0.06, -0.1)
                        .tempo(0.85, 0.7);
            // Head aside and looking back, one eye narrower than the other.
            case INVESTIGATING ->
                face("browDownRight 0.9 browDownLeft 0.15 browOuterUpLeft 0.8 eyeSquintRight 0.85"
                                + " eyeSquintLeft 0.25 mouthRight 0.5 mouthPress 0.3 noseSneerRight 0.25")
                        .head(-0.24, -0.03, -0.07)
                        .gaze(0.5, -0.02, 0.2)
                        .tempo(0.75, 0.8);
            // An open laugh that narrows the eyes, head back.
            case BREAKTHROUGH ->
                face("mouthSmile 1 mouthDimple 0.5 mouthUpperUp 0.7 mouthLowerDown 0.5 jawOpen 0.42"
                                + " cheekSquint 1 eyeSquint 0.8 eyeBlink 0.25 browInnerUp 0.3 browOuterUp 0.6")
                        .head(0, 0.2, 0)
                        .tempo(1.2, 2);
        };
    }

    /** Parses alternating names and weights; a name without a side applies to both. */
    private static EmotionProfile face(String weights) {
        EmotionProfile profile = new EmotionProfile();
        String[] words = weights.split(" ", -1);
        for (int i = 0; i < words.length; i += 2) {
            float weight = Float.parseFloat(words[i + 1]);
            boolean found = profile.set(words[i], weight);
            found |= profile.set(words[i] + "Left", weight);
            found |= profile.set(words[i] + "Right", weight);
            if (!found) {
                throw new IllegalStateException("no ARKit blendshape is named " + words[i]);
            }
        }
        return profile;
    }

    private boolean set(String name, float weight) {
        OptionalInt index = ArkitBlendshapes.indexOf(name);
        index.ifPresent(i -> weights[i] = weight);
        return index.isPresent();
    }

    private EmotionProfile head(double yaw, double pitch, double roll) {
        this.yaw = (float) yaw;
        this.pitch = (float) pitch;
        this.roll = (float) roll;
        return this;
    }

    private EmotionProfile gaze(double x, double y, double scan) {
        this.gazeX = (float) x;
        this.gazeY = (float) y;
        this.scan = (float) scan;
        return this;
    }

    private EmotionProfile tempo(double blinkRate, double restlessness) {
        this.blinkRate = (float) blinkRate;
        this.restlessness = (float) restlessness;
        return this;
    }
}
