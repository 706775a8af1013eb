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
            case NEUTRAL -> face("mouthSmile 0.42 mouthDimple 0.1 cheekSquint 0.12 browInnerUp 0.16 browOuterUp 0.1");
            // Cheeks and lower lids make the smile genuine; the corners go up and out.
            case HAPPY ->
                face("mouthSmile 1 mouthDimple 0.5 mouthUpperUp 0.5 mouthLowerDown 0.3 jawOpen 0.05 cheekSquint 1"
                                + " eyeSquint 0.3 browInnerUp 0.45 browOuterUp 0.35")
                        .head(0, 0.03, 0.03)
                        .tempo(1.1, 1.2);
            // Open, fast, brows high.
            case EXCITED ->
                face("mouthSmile 0.95 mouthDimple 0.35 mouthUpperUp 0.4 mouthLowerDown 0.3 jawOpen 0.1"
                                + " cheekSquint 0.5 eyeWide 0.55 browInnerUp 0.6 browOuterUp 0.8")
                        .head(0, 0.04, 0)
                        .tempo(1.3, 1.9);
            // Brows drawn together, lids narrowed, lips shut, still.
            case FOCUSED ->
                face("browDown 0.6 eyeSquint 0.5 mouthPress 0.4 mouthRollLower 0.15 noseSneer 0.08")
                        .head(0, -0.04, 0)
                        .tempo(0.55, 0.4);
            // Looks away to the upper left, mouth to one side.
            case THINKING ->
                face("browInnerUp 0.4 browOuterUpRight 0.5 browDownLeft 0.2 eyeSquint 0.12 mouthLeft 0.35"
                                + " mouthPress 0.35 mouthPucker 0.15")
                        .head(0.1, 0.06, 0.07)
                        .gaze(0.5, 0.55, 0.08)
                        .tempo(1.2, 0.8);
            // Narrow eyes that read from side to side.
            case ANALYZING ->
                face("browDown 0.35 eyeSquint 0.65 mouthPress 0.25 mouthPucker 0.25 cheekSquint 0.15")
                        .head(0, -0.03, -0.06)
                        .gaze(0, -0.08, 0.4)
                        .tempo(0.7, 0.6);
            // Wide eyes, raised brows, lips just apart, chin up.
            case ALERT ->
                face("eyeWide 0.95 browInnerUp 0.65 browOuterUp 0.85 jawOpen 0.07 mouthStretch 0.2" + " noseSneer 0.1")
                        .head(0, 0.04, 0)
                        .tempo(0.6, 0.6);
            // A smile of the left corner, chin up.
            case CONFIDENT ->
                face("mouthSmileLeft 0.75 mouthSmileRight 0.3 mouthDimpleLeft 0.6 mouthDimpleRight 0.2"
                                + " cheekSquintLeft 0.4 cheekSquintRight 0.15 eyeSquint 0.25 mouthPress 0.15"
                                + " jawForward 0.2 browOuterUpLeft 0.3")
                        .head(-0.03, 0.09, -0.03)
                        .tempo(0.7, 0.7);
            // One brow up, head on one side, mouth about to ask.
            case CURIOUS ->
                face("browInnerUp 0.5 browOuterUpLeft 1 browOuterUpRight 0.35 eyeWide 0.45 mouthSmile 0.2"
                                + " mouthPucker 0.2 jawOpen 0.05")
                        .head(0.05, 0.01, 0.16)
                        .gaze(0, 0.05, 0.1)
                        .tempo(1, 1.1);
            // Turned inwards: eyes lowered and wandering, lips drawn in.
            case PROCESSING ->
                face("browInnerUp 0.2 browDown 0.2 eyeBlink 0.1 mouthRollLower 0.3 mouthRollUpper 0.25"
                                + " mouthPress 0.2")
                        .head(-0.05, -0.06, 0)
                        .gaze(-0.35, -0.35, 0.2)
                        .tempo(1.4, 0.6);
            // Surprise that turns into a smile.
            case DISCOVERED ->
                face("eyeWide 0.8 browInnerUp 0.8 browOuterUp 0.8 jawOpen 0.2 mouthSmile 0.55"
                                + " mouthUpperUp 0.2 mouthFunnel 0.15 cheekSquint 0.2")
                        .head(0, 0.05, 0)
                        .tempo(0.9, 1.4);
            // Inner brows up and together, corners of the mouth down, lower lip pushed up.
            case CONCERNED ->
                face("browInnerUp 1 browDown 0.3 eyeSquint 0.15 mouthFrown 0.85 mouthShrugLower 0.4"
                                + " mouthPress 0.2 mouthStretch 0.2")
                        .head(0, -0.04, 0.06)
                        .tempo(1.35, 0.8);
            // A closed smile, soft lids.
            case SATISFIED ->
                face("mouthSmile 0.75 mouthDimple 0.45 mouthPress 0.25 cheekSquint 0.6 eyeSquint 0.4"
                                + " eyeBlink 0.12 browInnerUp 0.15 browOuterUp 0.1")
                        .head(0, -0.03, -0.05)
                        .tempo(0.85, 0.7);
            // Head aside and looking back, one eye narrower than the other.
            case INVESTIGATING ->
                face("browDownRight 0.75 browDownLeft 0.15 browOuterUpLeft 0.65 eyeSquintRight 0.7"
                                + " eyeSquintLeft 0.3 mouthRight 0.35 mouthPress 0.3 noseSneerRight 0.15")
                        .head(-0.13, -0.03, -0.05)
                        .gaze(0.3, -0.02, 0.25)
                        .tempo(0.75, 0.8);
            // Open laugh, brows high, head back.
            case BREAKTHROUGH ->
                face("mouthSmile 1 mouthDimple 0.5 mouthUpperUp 0.55 mouthLowerDown 0.4 jawOpen 0.22"
                                + " cheekSquint 0.7 eyeWide 0.45 browInnerUp 0.7 browOuterUp 1")
                        .head(0, 0.09, 0)
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
