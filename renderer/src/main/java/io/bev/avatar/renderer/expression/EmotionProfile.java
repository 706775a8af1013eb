package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.util.OptionalInt;

/** The face, movement and timing of an emotion at full intensity; immutable. */
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
    private double onsetSeconds = 0.28;
    private double holdSeconds;
    private double decaySeconds = 1;
    private double rest = 1;
    private Gesture gesture = Gesture.NONE;

    private EmotionProfile() {}

    /**
     * Weight of channel {@code index} of {@link ArkitBlendshapes}, at least 0. What exceeds 1 reaches its limit below full
     * intensity, so that half of it is already clear.
     */
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

    /** Time constant of the change to this emotion. */
    double onsetSeconds() {
        return onsetSeconds;
    }

    /** Movement of head and eyes. */
    Gesture gesture() {
        return gesture;
    }

    /** Share of the face's weights {@code seconds} after the emotion began: 1 while it is held, then decaying. */
    double share(double seconds) {
        return seconds <= holdSeconds ? 1 : rest + (1 - rest) * Math.exp((holdSeconds - seconds) / decaySeconds);
    }

    /** The profile of {@code emotion}. */
    static EmotionProfile of(Emotion emotion) {
        return switch (emotion) {
            // A face at rest appears stern; slight brow and mouth weights make it attentive.
            case NEUTRAL -> face("mouthSmile 0.12 browInnerUp 0.12 browOuterUp 0.08");
            // Cheeks and lower lids make the smile genuine; the head rocks from side to side.
            case HAPPY ->
                face("mouthSmile 1.05 mouthDimple 0.5 mouthUpperUp 0.65 mouthLowerDown 0.5 jawOpen 0.1 cheekSquint 1.2"
                                + " eyeSquint 0.45 browInnerUp 0.5 browOuterUp 0.55")
                        .head(0, 0.02, 0.1)
                        .tempo(1.1, 1.2)
                        .onset(0.28)
                        .decay(3, 3, 0.92)
                        .swing(0, 0, 0.07, 0, 2.6, 2, 2.5);
            // Eyes wide, brows high, mouth open in a smile; nods fast.
            case EXCITED ->
                face("mouthSmile 0.95 mouthDimple 0.2 mouthUpperUp 0.5 mouthLowerDown 0.6 jawOpen 0.42"
                                + " cheekSquint 0.2 eyeWide 1.3 browInnerUp 1 browOuterUp 1.3")
                        .head(0.04, 0.02, -0.06)
                        .tempo(1.3, 1.9)
                        .onset(0.15)
                        .decay(2, 3, 0.9)
                        .beat(0, -0.17, 0.06, 0, 0.5, 4, 0.8);
            // Brows drawn together, lids narrowed, lips shut, head lowered, eyes on the viewer; does not move.
            case FOCUSED ->
                face("browDown 1.3 eyeSquint 0.6 mouthPress 0.7 mouthRollLower 0.35 mouthRollUpper 0.2 noseSneer 0.15")
                        .head(0, -0.2, 0)
                        .gaze(0, 0.35, 0)
                        .tempo(0.4, 0.2)
                        .onset(0.45);
            // Looks up, to one side and then to the other, mouth drawn aside.
            case THINKING ->
                face("browInnerUp 0.6 browOuterUpRight 1 browDownLeft 0.25 mouthLeft 1.2 mouthPress 0.5 mouthPucker 0.4")
                        .head(0.22, 0.15, 0.13)
                        .gaze(0.75, 1.33, 0.05)
                        .tempo(1.2, 0.8)
                        .onset(0.4)
                        .beat(-0.14, 0, 0, -0.9, 4, 1, 2.5);
            // Reads from side to side with narrowed eyes, head bent over it, one brow up, lips pursed.
            case ANALYZING ->
                face("browDownLeft 1.1 browDownRight 0.2 browOuterUpRight 0.9 eyeSquint 0.45 mouthPucker 0.7"
                                + " mouthPress 0.15")
                        .head(0.02, -0.17, -0.14)
                        .gaze(0, -0.3, 0)
                        .tempo(0.6, 0.5)
                        .onset(0.35)
                        .swing(0.2, 0, 0, 0.85, 1.6, 3, 0);
            // Wide eyes under lowered brows, mouth tense and drawn down; glances to both sides, then stares.
            case ALERT ->
                face("eyeWide 1.4 browDown 0.75 browInnerUp 0.35 mouthStretch 0.7 mouthFrown 0.9 mouthLowerDown 0.3"
                                + " jawOpen 0.06 noseSneer 0.4")
                        .head(0, 0.1, 0)
                        .tempo(0.4, 0.3)
                        .onset(0.08)
                        .decay(2.5, 2, 0.9)
                        .swing(0.3, 0, 0, 0.4, 1.6, 1, 4);
            // A smile of the left corner, chin up, lids at ease; looks down at the viewer.
            case CONFIDENT ->
                face("mouthSmileLeft 1.2 mouthSmileRight 0.65 mouthDimpleLeft 0.9 mouthDimpleRight 0.3"
                                + " cheekSquintLeft 0.6 cheekSquintRight 0.3 eyeSquint 0.35 eyeBlink 0.12 mouthPress 0.2"
                                + " jawForward 0.3 browOuterUpLeft 1 browOuterUpRight 0.3 browInnerUp 0.2")
                        .head(-0.14, 0.24, -0.12)
                        .gaze(0.15, -0.35, 0)
                        .tempo(0.6, 0.6)
                        .onset(0.5)
                        .beat(0, -0.1, 0, 0, 1.6, 1, 5);
            // Brows up, one more than the other, mouth about to ask; tilts the head to one side and then the other.
            case CURIOUS ->
                face("browInnerUp 0.8 browOuterUpLeft 1.3 browOuterUpRight 0.6 eyeWide 0.8 mouthSmile 0.15"
                                + " mouthPucker 0.4 jawOpen 0.14")
                        .head(0.06, -0.02, 0.32)
                        .gaze(0, 0.05, 0.1)
                        .tempo(1, 1.1)
                        .onset(0.25)
                        .decay(2, 2, 0.95)
                        .beat(-0.08, 0, -0.6, 0, 3.2, 1, 2.5);
            // Turned inwards: eyes closed, lips drawn in; sways evenly.
            case PROCESSING ->
                face("eyeBlink 1.33 browInnerUp 0.4 mouthRollLower 0.45 mouthRollUpper 0.35 mouthPress 0.25")
                        .head(0, -0.06, 0)
                        .gaze(0, -0.2, 0)
                        .tempo(1.4, 0.4)
                        .onset(0.4)
                        .swing(0.06, 0, 0.13, 0, 1.6, 4, 0);
            // Surprise: brows and lids high, mouth round, head back for a moment.
            case DISCOVERED ->
                face("eyeWide 1.4 browInnerUp 1.3 browOuterUp 1.3 jawOpen 0.62 mouthFunnel 0.65 mouthSmile 0.1")
                        .head(0, 0.05, 0.02)
                        .tempo(0.9, 1.2)
                        .onset(0.09)
                        .decay(1.5, 2, 0.85)
                        .beat(0, 0.14, 0, 0, 1.8, 1, Double.POSITIVE_INFINITY);
            // Inner brows up and together, corners of the mouth down, lower lip pushed up; shakes the head slowly.
            case CONCERNED ->
                face("browInnerUp 1.35 mouthFrown 1.35 mouthShrugLower 0.8 mouthPress 0.2 mouthStretch 0.3"
                                + " eyeSquint 0.1")
                        .head(0, -0.15, 0.2)
                        .gaze(0, 0.15, 0)
                        .tempo(1.35, 0.8)
                        .onset(0.45)
                        .swing(0.14, 0, 0, 0, 2.4, 2, 3);
            // A closed smile, eyes nearly closed, a slow nod.
            case SATISFIED ->
                face("mouthSmile 1.35 mouthDimple 0.7 mouthPress 0.35 cheekSquint 1 eyeSquint 0.3"
                                + " eyeBlink 0.9 browInnerUp 0.7 browOuterUp 0.6")
                        .head(0.03, 0.05, -0.1)
                        .tempo(0.85, 0.7)
                        .onset(0.45)
                        .decay(3, 3, 0.95)
                        .beat(0, -0.3, 0, 0, 2.2, 1, 4);
            // Searches from side to side, eyes first, one narrower than the other.
            case INVESTIGATING ->
                face("browDownRight 1.2 browDownLeft 0.3 browOuterUpLeft 1 eyeSquintRight 1.1"
                                + " eyeSquintLeft 0.3 mouthRight 0.5 mouthPress 0.4 noseSneerRight 0.3")
                        .head(0, -0.06, -0.04)
                        .tempo(0.75, 0.8)
                        .onset(0.3)
                        .swing(0.4, 0, 0, 0.75, 4.4, 1, 1.2);
            // A laugh with closed eyes, head thrown back and shaking.
            case BREAKTHROUGH ->
                face("mouthSmile 1.35 mouthDimple 0.6 mouthUpperUp 1.1 mouthLowerDown 0.5 jawOpen 0.48"
                                + " cheekSquint 1.3 eyeSquint 0.6 eyeBlink 0.85 browInnerUp 0.7 browOuterUp 1.1")
                        .head(0, 0.32, 0.03)
                        .tempo(1.2, 2)
                        .onset(0.18)
                        .decay(3, 3, 0.9)
                        .beat(0, -0.1, 0.03, 0, 0.36, 5, 2);
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

    private EmotionProfile onset(double seconds) {
        onsetSeconds = seconds;
        return this;
    }

    /** @param rest share of the weights that remains in the end */
    private EmotionProfile decay(double holdSeconds, double decaySeconds, double rest) {
        this.holdSeconds = holdSeconds;
        this.decaySeconds = decaySeconds;
        this.rest = rest;
        return this;
    }

    /** A movement to both sides. */
    private EmotionProfile swing(
            double yaw, double pitch, double roll, double gazeX, double period, int cycles, double pause) {
        gesture = new Gesture(yaw, pitch, roll, gazeX, period, cycles, pause, true);
        return this;
    }

    /** A movement to one side and back. */
    private EmotionProfile beat(
            double yaw, double pitch, double roll, double gazeX, double period, int cycles, double pause) {
        gesture = new Gesture(yaw, pitch, roll, gazeX, period, cycles, pause, false);
        return this;
    }
}
