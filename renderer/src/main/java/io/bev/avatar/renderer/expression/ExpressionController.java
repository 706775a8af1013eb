package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Computes the facial expression for a state in layers: emotion with its onset, hold, decay and gesture; idle motion,
 * speech, gaze, blinks; then limits and a maximum velocity for each channel.
 *
 * <p>Deterministic: the result depends only on seed, states and times. Not thread-safe; a call allocates nothing.
 */
public final class ExpressionController {

    /** Maximum time step; after longer gaps between frames the face continues from where it was. */
    private static final double MAX_STEP_SECONDS = 0.25;

    private static final double EMOTION_MAX_VELOCITY = 6;
    private static final double HEAD_SECONDS = 0.13;
    private static final double HEAD_MAX_VELOCITY = 4;
    private static final double MAX_YAW = 0.9;
    private static final double MAX_PITCH = 0.55;
    private static final double MAX_ROLL = 0.5;

    /** Fraction of the emotion's mouth shape that remains while blendshapes control the mouth. */
    private static final float EMOTION_UNDER_SPEECH = 0.55f;

    private static final float MOUTH_JAW = 0.7f;
    private static final float MOUTH_LOWER = 0.3f;
    private static final float MOUTH_UPPER = 0.15f;

    /** Downward gaze in a blink. */
    private static final float BLINK_LOOKS_DOWN = 0.3f;

    private static final double BREATHS_PER_SECOND = 0.24;

    private final Map<Emotion, EmotionProfile> profiles = new EnumMap<>(Emotion.class);
    private final BlinkLayer blinks;
    private final GazeLayer eyes;
    private final SmoothNoise noise;
    private final double idleAmount;

    private final float[] velocities = new float[ArkitBlendshapes.COUNT];
    private final boolean[] mouth = new boolean[ArkitBlendshapes.COUNT];
    private final boolean[] opensLips = new boolean[ArkitBlendshapes.COUNT];
    private final boolean[] spreadsLips = new boolean[ArkitBlendshapes.COUNT];
    /** The emotion weights currently shown. */
    private final float[] emotionWeights = new float[ArkitBlendshapes.COUNT];
    /** The blendshape weights that the state requests by name. */
    private final float[] requested = new float[ArkitBlendshapes.COUNT];

    private final float[] wanted = new float[ArkitBlendshapes.COUNT];
    private final float[] shown = new float[ArkitBlendshapes.COUNT];

    private final SpeechMotion speech;
    private final SpeechPose spoken = new SpeechPose();

    private @Nullable AvatarState known;
    private @Nullable Emotion emotion;
    private double emotionSeconds;
    private boolean started;
    private long lastNanos;
    private double seconds;
    private double breathPhase;
    private double motionPhase;
    private double liveliness = 1;
    private double yaw;
    private double pitch;
    private double roll;

    public ExpressionController(ExpressionConfig config) {
        this(config, SpeechMotion.SILENT);
    }

    /** @param speech added to the state's own mouth weights */
    public ExpressionController(ExpressionConfig config, SpeechMotion speech) {
        this.speech = speech;
        SplittableRandom random = new SplittableRandom(config.seed());
        blinks = new BlinkLayer(config, random.split());
        eyes = new GazeLayer(random.split());
        noise = new SmoothNoise(random.nextLong());
        idleAmount = config.idleAmount();
        for (Emotion emotion : Emotion.values()) {
            profiles.put(emotion, EmotionProfile.of(emotion));
        }
        for (int i = 0; i < ArkitBlendshapes.COUNT; i++) {
            velocities[i] = BlendshapeIndex.maxVelocity(i);
            mouth[i] = BlendshapeIndex.isMouth(i);
            opensLips[i] = BlendshapeIndex.opensLips(i);
            spreadsLips[i] = BlendshapeIndex.spreadsLips(i);
        }
    }

    /**
     * Advances to {@code nowNanos} and writes the expression of that moment. The first call shows the state's emotion
     * immediately.
     *
     * @param nowNanos time of a {@link io.bev.avatar.common.time.Ticker}; a decreasing time counts as unchanged
     */
    public void advance(long nowNanos, AvatarState state, ExpressionFrame out) {
        boolean first = !started;
        double step = first ? 0 : Math.max(0, Math.min(MAX_STEP_SECONDS, (nowNanos - lastNanos) / 1e9));
        started = true;
        lastNanos = nowNanos;
        seconds += step;
        if (!state.equals(known)) {
            readRequested(state);
            known = state;
        }
        if (!speech.sample(nowNanos, spoken)) {
            spoken.rest();
        }
        emotionSeconds = state.emotion() == emotion ? emotionSeconds + step : 0;
        emotion = state.emotion();
        EmotionProfile target = Objects.requireNonNull(profiles.get(state.emotion()));
        double strength = strength(state.intensity());
        advanceEmotion(target, strength, first, step);
        advanceIdle(target, strength, step);

        blendMouthOverEmotion(state);
        addIdle();
        addEyes(state, target, strength);
        addBlink(target);
        BlendshapeIndex.limit(wanted);
        limitVelocity(first, step);

        System.arraycopy(shown, 0, out.weights, 0, shown.length);
        advanceHead(state, target, strength, first, step);
        writeHead(out);
    }

    /** Half the intensity shows three quarters of the emotion. */
    private static double strength(double intensity) {
        double i = Math.max(0, Math.min(1, intensity));
        return i * (2 - i);
    }

    private void readRequested(AvatarState state) {
        for (int i = 0; i < requested.length; i++) {
            Double weight = state.blendshapes().get(ArkitBlendshapes.NAMES.get(i));
            requested[i] = weight == null ? 0 : Math.max(0, Math.min(1, weight.floatValue()));
        }
    }

    private void advanceEmotion(EmotionProfile target, double strength, boolean first, double step) {
        double share = first ? 1 : 1 - Math.exp(-step / target.onsetSeconds());
        double amount = strength * target.share(emotionSeconds);
        double most = first ? 1 : EMOTION_MAX_VELOCITY * step;
        for (int i = 0; i < emotionWeights.length; i++) {
            double move = (amount * target.weight(i) - emotionWeights[i]) * share;
            emotionWeights[i] += (float) Math.max(-most, Math.min(most, move));
        }
    }

    private void advanceIdle(EmotionProfile target, double strength, double step) {
        double restlessness = 1 + (target.restlessness() - 1) * strength;
        liveliness += (restlessness - liveliness) * (1 - Math.exp(-step));
        breathPhase += step * BREATHS_PER_SECOND * (0.6 + 0.4 * liveliness);
        motionPhase += step * 0.45 * (0.5 + 0.5 * liveliness);
    }

    private void blendMouthOverEmotion(AvatarState state) {
        float opening = (float) Math.max(0, Math.min(1, state.mouth()));
        float moved = Math.max(opening, spoken.activity / 4);
        for (int i = 0; i < requested.length; i++) {
            moved = mouth[i] ? Math.max(moved, requested[i]) : moved;
        }
        float retained = 1 - (1 - EMOTION_UNDER_SPEECH) * Math.min(1, 4 * moved);
        float rounding = Math.min(
                1, spoken.weights[BlendshapeIndex.MOUTH_PUCKER] + 0.5f * spoken.weights[BlendshapeIndex.MOUTH_FUNNEL]);
        for (int i = 0; i < wanted.length; i++) {
            float under = mouth[i] ? retained * emotionWeights[i] : emotionWeights[i];
            under *= opensLips[i] ? 1 - spoken.closure : 1;
            under *= spreadsLips[i] ? 1 - rounding : 1;
            float over = Math.max(requested[i], spoken.weights[i]);
            wanted[i] = over + (1 - over) * under;
        }
        raise(BlendshapeIndex.JAW_OPEN, MOUTH_JAW * opening);
        raise(BlendshapeIndex.MOUTH_LOWER_DOWN_LEFT, MOUTH_LOWER * opening);
        raise(BlendshapeIndex.MOUTH_LOWER_DOWN_RIGHT, MOUTH_LOWER * opening);
        raise(BlendshapeIndex.MOUTH_UPPER_UP_LEFT, MOUTH_UPPER * opening);
        raise(BlendshapeIndex.MOUTH_UPPER_UP_RIGHT, MOUTH_UPPER * opening);
    }

    private void raise(int channel, float least) {
        wanted[channel] = Math.max(wanted[channel], least);
    }

    /** Adds small idle movements of the muscles. */
    private void addIdle() {
        float amount = (float) idleAmount;
        wanted[BlendshapeIndex.BROW_INNER_UP] += spoken.brow;
        wanted[BlendshapeIndex.BROW_INNER_UP] += amount * 0.05f * (float) Math.max(0, noise.at(3, motionPhase * 0.8));
        float press = amount * 0.06f * (float) Math.max(0, noise.at(4, motionPhase * 0.6));
        wanted[BlendshapeIndex.MOUTH_PRESS_LEFT] += press;
        wanted[BlendshapeIndex.MOUTH_PRESS_RIGHT] += press;
    }

    private void addEyes(AvatarState state, EmotionProfile target, double strength) {
        // A requested gaze overrides that of the emotion.
        double asked = Math.min(1, Math.hypot(state.gaze().x(), state.gaze().y()) * 2);
        double own = strength * (1 - asked);
        double moved = target.gesture().at(emotionSeconds);
        eyes.advance(
                seconds,
                state.gaze().x()
                        + own * (target.gazeX() + moved * target.gesture().gazeX()),
                state.gaze().y() + own * target.gazeY(),
                own * target.scan(),
                idleAmount);
        eyes.addTo(wanted);
    }

    private void addBlink(EmotionProfile target) {
        float closure = Math.max((float) blinks.closure(seconds, target.blinkRate()), spoken.blink);
        raise(BlendshapeIndex.BLINK_LEFT, closure);
        raise(BlendshapeIndex.BLINK_RIGHT, closure);
        wanted[BlendshapeIndex.LOOK_DOWN_LEFT] += BLINK_LOOKS_DOWN * closure;
        wanted[BlendshapeIndex.LOOK_DOWN_RIGHT] += BLINK_LOOKS_DOWN * closure;
    }

    private void limitVelocity(boolean first, double step) {
        for (int i = 0; i < shown.length; i++) {
            float most = first ? 1 : (float) (velocities[i] * step);
            shown[i] += Math.max(-most, Math.min(most, wanted[i] - shown[i]));
        }
    }

    private void advanceHead(AvatarState state, EmotionProfile target, double strength, boolean first, double step) {
        Gesture gesture = target.gesture();
        double moved = gesture.at(emotionSeconds);
        yaw = approach(yaw, state.head().yaw() + strength * (target.yaw() + moved * gesture.yaw()), first, step);
        pitch = approach(
                pitch, state.head().pitch() + strength * (target.pitch() + moved * gesture.pitch()), first, step);
        roll = approach(roll, state.head().roll() + strength * (target.roll() + moved * gesture.roll()), first, step);
    }

    private static double approach(double value, double target, boolean first, double step) {
        if (first) {
            return target;
        }
        double most = HEAD_MAX_VELOCITY * step;
        double move = (target - value) * (1 - Math.exp(-step / HEAD_SECONDS));
        return value + Math.max(-most, Math.min(most, move));
    }

    private void writeHead(ExpressionFrame out) {
        double sway = idleAmount * (0.5 + 0.5 * liveliness);
        // The head nods slightly with the jaw during speech.
        double nod = 0.03 * shown[BlendshapeIndex.JAW_OPEN] + spoken.nod;
        out.headYaw = clamp(yaw + sway * 0.030 * noise.at(0, motionPhase), MAX_YAW);
        out.headPitch = clamp(pitch + sway * 0.018 * noise.at(1, motionPhase) - nod, MAX_PITCH);
        out.headRoll = clamp(roll + sway * 0.014 * noise.at(2, motionPhase), MAX_ROLL);
        // Faster inhalation than exhalation: the wave is skewed towards its start.
        double phase = breathPhase - Math.floor(breathPhase);
        double wave = 0.5 - 0.5 * Math.cos(2 * Math.PI * Math.pow(phase, 0.8));
        out.breath = (float) Math.min(1, idleAmount * wave);
    }

    private static float clamp(double value, double limit) {
        return (float) Math.max(-limit, Math.min(limit, value));
    }
}
