package io.bev.avatar.renderer.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.SharedAvatars;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExpressionControllerTest {

    private static final long FRAME = 33_333_333L;

    /** Breathing and small movements off, blinks as rare as possible, so that only the requested expression remains. */
    private static final ExpressionConfig STILL =
            new ExpressionConfig(1, Duration.ofSeconds(60), Duration.ofSeconds(60), 0);

    private final ExpressionFrame frame = new ExpressionFrame();
    private long now;

    @Test
    void advance_sameSeedStatesAndTimes_giveTheSameExpression() {
        ExpressionController a = new ExpressionController(ExpressionConfig.DEFAULTS);
        ExpressionController b = new ExpressionController(ExpressionConfig.DEFAULTS);
        ExpressionFrame other = new ExpressionFrame();
        for (int k = 0; k < 2000; k++) {
            AvatarState state = k < 1000 ? state(Emotion.HAPPY) : state(Emotion.ANALYZING);
            a.advance(k * FRAME, state, frame);
            b.advance(k * FRAME, state, other);
            assertThat(frame.weights).containsExactly(other.weights);
            assertThat(frame.headYaw).isEqualTo(other.headYaw);
            assertThat(frame.breath).isEqualTo(other.breath);
        }
    }

    @Test
    void advance_otherSeed_blinksAtOtherTimes() {
        ExpressionConfig d = ExpressionConfig.DEFAULTS;
        ExpressionConfig other = new ExpressionConfig(2, d.blinkIntervalMin(), d.blinkIntervalMax(), d.idleAmount());

        assertThat(blinks(d, Emotion.NEUTRAL, 60)).isNotEqualTo(blinks(other, Emotion.NEUTRAL, 60));
    }

    /** A blink: times at which the lids start to move and are open again, seconds. */
    private record Blink(double start, double end) {}

    private static List<Blink> blinks(ExpressionConfig config, Emotion emotion, int seconds) {
        ExpressionController controller = new ExpressionController(config);
        ExpressionFrame frame = new ExpressionFrame();
        List<Blink> blinks = new ArrayList<>();
        double start = -1;
        boolean shut = false;
        int perSecond = 200;
        for (int k = 0; k < seconds * perSecond; k++) {
            controller.advance(k * (1_000_000_000L / perSecond), state(emotion), frame);
            boolean moved = weight(frame, "eyeBlinkLeft") > 0.2;
            shut |= weight(frame, "eyeBlinkLeft") > 0.95;
            if (moved && start < 0) {
                start = k / (double) perSecond;
            } else if (!moved && start >= 0) {
                assertThat(shut).as("shut in the blink at %s s", start).isTrue();
                blinks.add(new Blink(start, k / (double) perSecond));
                start = -1;
                shut = false;
            }
        }
        return blinks;
    }

    @Test
    void advance_tenMinutes_blinkAtHumanRates() {
        List<Blink> blinks = blinks(ExpressionConfig.DEFAULTS, Emotion.NEUTRAL, 600);

        int doubles = 0;
        for (int i = 0; i < blinks.size(); i++) {
            Blink blink = blinks.get(i);
            assertThat(blink.end() - blink.start()).as("duration").isBetween(0.08, 0.30);
            if (i > 0) {
                double interval = blink.start() - blinks.get(i - 1).start();
                if (interval < 0.6) {
                    doubles++;
                } else {
                    assertThat(interval).as("interval").isBetween(0.95, 8.05);
                }
            }
        }
        assertThat(blinks).hasSizeBetween(120, 260);
        assertThat(doubles).isBetween(blinks.size() / 40, blinks.size() / 4);
    }

    @Test
    void advance_alertFace_blinksLessThanOneThatThinks() {
        assertThat(blinks(ExpressionConfig.DEFAULTS, Emotion.ALERT, 600).size() * 1.4)
                .isLessThan(
                        blinks(ExpressionConfig.DEFAULTS, Emotion.THINKING, 600).size());
    }

    @Test
    void advance_afterALongPause_missedBlinksAreSkipped() {
        ExpressionController controller = new ExpressionController(ExpressionConfig.DEFAULTS);
        controller.advance(0, state(Emotion.NEUTRAL), frame);
        float before = weight("mouthSmileLeft");

        controller.advance(Duration.ofDays(3).toNanos(), state(Emotion.NEUTRAL), frame);
        controller.advance(0, state(Emotion.NEUTRAL), frame);

        assertThat(weight("mouthSmileLeft")).isCloseTo(before, within(0.01f));
    }

    @Test
    void advance_anyInput_staysInRangeAndBelowTheVelocityOfEachChannel() {
        ExpressionController controller = new ExpressionController(ExpressionConfig.DEFAULTS);
        Emotion[] emotions = Emotion.values();
        float[] before = new float[ArkitBlendshapes.COUNT];
        for (int k = 0; k < 2500; k++) {
            Map<String, Double> given = new HashMap<>();
            if (k / 10 % 3 == 0) {
                given.put("jawOpen", 1.0);
                given.put("eyeBlinkRight", 1.0);
                given.put("browInnerUp", 1.0);
            }
            AvatarState state = state(emotions[k / 40 % emotions.length], 1, given, k / 7 % 2, -1, (k / 11 % 3) - 1);
            controller.advance(k * 10_000_000L, state, frame);
            for (int i = 0; i < before.length; i++) {
                String name = ArkitBlendshapes.NAMES.get(i);
                assertThat(frame.weights[i]).as(name).isBetween(0f, 1f);
                if (k > 0) {
                    assertThat(Math.abs(frame.weights[i] - before[i]))
                            .as("%s in step %s", name, k)
                            .isLessThanOrEqualTo(0.01f * BlendshapeIndex.maxVelocity(i) + 1e-5f);
                }
            }
            assertThat(Math.abs(frame.headYaw)).isLessThan(1);
            assertThat(frame.breath).isBetween(0f, 1f);
            System.arraycopy(frame.weights, 0, before, 0, before.length);
        }
    }

    @ParameterizedTest
    @EnumSource(Emotion.class)
    void advance_emotion_differsFromEveryOther(Emotion emotion) {
        float[] face = settled(emotion, 1).clone();
        for (Emotion other : Emotion.values()) {
            if (other != emotion) {
                float[] otherFace = settled(other, 1);
                double distance = 0;
                for (int i = 0; i < face.length; i++) {
                    distance = Math.hypot(distance, face[i] - otherFace[i]);
                }
                assertThat(distance).as("%s and %s", emotion, other).isGreaterThan(0.5);
            }
        }
    }

    private float[] settled(Emotion emotion, double intensity) {
        new ExpressionController(STILL).advance(0, state(emotion, intensity, Map.of(), 0, 0, 0), frame);
        return frame.weights;
    }

    @Test
    void advance_intensity_scalesTheEmotion() {
        settled(Emotion.HAPPY, 0);
        assertThat(weight("mouthSmileLeft")).isZero();
        settled(Emotion.HAPPY, 0.5);
        assertThat(weight("mouthSmileLeft")).isBetween(0.55f, 0.8f);
        settled(Emotion.HAPPY, 1);
        assertThat(weight("mouthSmileLeft")).isEqualTo(1);
        assertThat(weight("cheekSquintRight")).isGreaterThan(0.5f);
        assertThat(weight("eyeSquintRight")).isGreaterThan(0.1f);
    }

    @Test
    void advance_newEmotion_isReachedSmoothly() {
        ExpressionController controller = new ExpressionController(STILL);
        run(controller, state(Emotion.NEUTRAL), 1);
        float before = weight("mouthSmileLeft");
        run(controller, state(Emotion.HAPPY), 3);
        float soon = weight("mouthSmileLeft");
        run(controller, state(Emotion.HAPPY), 60);

        assertThat(soon).isGreaterThan(before).isLessThan((before + 1) / 2);
        assertThat(weight("mouthSmileLeft")).isGreaterThan(0.95f);
    }

    @Test
    void advance_discovered_beginsAtOnce_isHeldAndDecays() {
        ExpressionController controller = new ExpressionController(STILL);
        run(controller, state(Emotion.NEUTRAL), 1);
        run(controller, state(Emotion.DISCOVERED, 0.5, Map.of(), 0, 0, 0), 12);
        float begun = weight("jawOpen");
        run(controller, state(Emotion.DISCOVERED, 0.5, Map.of(), 0, 0, 0), 25);
        float held = weight("jawOpen");
        run(controller, state(Emotion.DISCOVERED, 0.5, Map.of(), 0, 0, 0), 300);

        assertThat(begun).isGreaterThan(0.85f * held);
        assertThat(weight("jawOpen")).isBetween(0.8f * held, 0.9f * held);
    }

    @Test
    void advance_concerned_beginsSlowly() {
        ExpressionController controller = new ExpressionController(STILL);
        run(controller, state(Emotion.NEUTRAL), 1);
        run(controller, state(Emotion.CONCERNED, 0.5, Map.of(), 0, 0, 0), 12);

        assertThat(weight("mouthFrownLeft")).isBetween(0.3f, 0.7f);
    }

    /** Searching turns to both sides, focus stays; the smallest and largest yaw in ten seconds. */
    @Test
    void advance_investigating_turnsToBothSides_focusedDoesNot() {
        assertThat(yaws(Emotion.INVESTIGATING)).satisfies(range -> {
            assertThat(range[0]).isLessThan(-0.2f);
            assertThat(range[1]).isGreaterThan(0.2f);
        });
        assertThat(yaws(Emotion.FOCUSED)).containsOnly(0, 0);
    }

    private float[] yaws(Emotion emotion) {
        ExpressionController controller = new ExpressionController(STILL);
        float[] range = {Float.MAX_VALUE, -Float.MAX_VALUE};
        for (int k = 0; k < 300; k++) {
            run(controller, state(emotion, 0.5, Map.of(), 0, 0, 0), 1);
            range[0] = Math.min(range[0], frame.headYaw);
            range[1] = Math.max(range[1], frame.headYaw);
        }
        return range;
    }

    @Test
    void advance_requestedBlendshape_isReachedWithinTwoFramesOfSpeech() {
        ExpressionController controller = new ExpressionController(STILL);
        run(controller, state(Emotion.NEUTRAL, 0, Map.of(), 0, 0, 0), 5);

        run(controller, state(Emotion.NEUTRAL, 0, Map.of("jawOpen", 0.8, "mouthPucker", 0.5), 0, 0, 0), 2);

        assertThat(weight("jawOpen")).isCloseTo(0.8f, within(1e-5f));
        assertThat(weight("mouthPucker")).isCloseTo(0.5f, within(1e-5f));
    }

    @Test
    void advance_realSpeech_isFollowed() throws IOException {
        JsonNode track = JsonMapper.builder()
                .build()
                .readTree(SharedAvatars.require("arkit-speech-1s.json").toFile());
        ExpressionController controller = new ExpressionController(STILL);
        int jaw = ArkitBlendshapes.indexOf("jawOpen").orElseThrow();
        double worst = 0;
        for (JsonNode recorded : track.path("frames")) {
            Map<String, Double> given = new HashMap<>();
            for (int i = 0; i < track.path("names").size(); i++) {
                given.put(
                        track.path("names").get(i).asText(),
                        recorded.path("weights").get(i).asDouble());
            }
            run(controller, state(Emotion.NEUTRAL, 0, given, 0, 0, 0), 1);
            worst = Math.max(worst, Math.abs(frame.weights[jaw] - given.getOrDefault("jawOpen", 0.0)));
        }
        assertThat(worst).isLessThan(1e-4);
    }

    @Test
    void advance_mouth_opensTheJawBesideTheBlendshapes() {
        ExpressionController controller = new ExpressionController(STILL);

        run(controller, state(Emotion.NEUTRAL, 0, Map.of(), 1, 0, 0), 10);

        assertThat(weight("jawOpen")).isBetween(0.5f, 0.9f);
    }

    @Test
    void advance_mouthClose_neverExceedsTheJaw() {
        ExpressionController controller = new ExpressionController(STILL);

        run(controller, state(Emotion.NEUTRAL, 0, Map.of("mouthClose", 1.0, "jawOpen", 0.25), 0, 0, 0), 10);

        assertThat(weight("mouthClose")).isLessThanOrEqualTo(weight("jawOpen"));
    }

    @Test
    void advance_gazeToItsLeft_turnsBothEyesThere() {
        ExpressionController controller = new ExpressionController(STILL);

        run(controller, state(Emotion.NEUTRAL, 0, Map.of(), 0, 0.8, 0), 10);

        assertThat(weight("eyeLookOutLeft")).isCloseTo(0.8f, within(1e-5f));
        assertThat(weight("eyeLookInRight")).isCloseTo(0.8f, within(1e-5f));
        assertThat(weight("eyeLookInLeft")).isZero();
        assertThat(weight("eyeLookOutRight")).isZero();
    }

    @Test
    void advance_gazeDown_movesTheLids() {
        ExpressionController controller = new ExpressionController(STILL);

        run(controller, state(Emotion.NEUTRAL, 0, Map.of(), 0, 0, -1), 10);

        assertThat(weight("eyeLookDownLeft")).isCloseTo(1, within(1e-5f));
        assertThat(weight("eyeLookDownRight")).isCloseTo(1, within(1e-5f));
        assertThat(weight("eyeBlinkLeft")).isBetween(0.1f, 0.5f);
        assertThat(weight("eyeLookUpLeft")).isZero();
    }

    @Test
    void advance_requestedGaze_overridesTheEmotion() {
        ExpressionController controller = new ExpressionController(STILL);

        run(controller, state(Emotion.THINKING, 1, Map.of(), 0, -1, 0), 30);

        assertThat(weight("eyeLookInLeft")).isCloseTo(1, within(1e-5f));
        assertThat(weight("eyeLookUpLeft")).isZero();
    }

    @Test
    void advance_headPose_isReachedSmoothlyWithinBounds() {
        ExpressionController controller = new ExpressionController(STILL);
        run(controller, state(Emotion.NEUTRAL, 0, Map.of(), 0, 0, 0), 1);
        AvatarState turned = new AvatarState(
                1,
                Emotion.NEUTRAL,
                0,
                Optional.empty(),
                new AvatarState.Head(0.4, -0.2, 1.5),
                new AvatarState.Gaze(0, 0),
                0,
                Map.of(),
                Optional.empty(),
                Instant.EPOCH);

        run(controller, turned, 1);
        assertThat(frame.headYaw).isPositive().isLessThan(0.15f);
        run(controller, turned, 60);

        assertThat(frame.headYaw).isCloseTo(0.4f, within(1e-3f));
        assertThat(frame.headPitch).isCloseTo(-0.2f, within(1e-3f));
        assertThat(frame.headRoll).isBetween(0.3f, 0.6f);
    }

    @Test
    void advance_idle_breathesAndSwaysButOnlyALittle() {
        ExpressionController controller = new ExpressionController(ExpressionConfig.DEFAULTS);
        float least = 1;
        float most = 0;
        float yaw = 0;
        for (int k = 0; k < 600; k++) {
            controller.advance(k * FRAME, state(Emotion.NEUTRAL), frame);
            least = Math.min(least, frame.breath);
            most = Math.max(most, frame.breath);
            yaw = Math.max(yaw, Math.abs(frame.headYaw));
        }
        assertThat(least).isLessThan(0.1f);
        assertThat(most).isGreaterThan(0.9f);
        assertThat(yaw).isBetween(0.003f, 0.06f);
    }

    @Test
    void advance_frameAfterFrame_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ExpressionController controller = new ExpressionController(ExpressionConfig.DEFAULTS);
        AvatarState state = state(Emotion.EXCITED, 1, Map.of("jawOpen", 0.4), 0.2, 0.1, -0.3);
        run(controller, state, 100);

        long before = threads.getCurrentThreadAllocatedBytes();
        run(controller, state, 1000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        // The counter itself may allocate a little; a frame may not.
        assertThat(allocated).isLessThan(1000);
    }

    private void run(ExpressionController controller, AvatarState state, int frames) {
        for (int k = 0; k < frames; k++) {
            controller.advance(now, state, frame);
            now += FRAME;
        }
    }

    private float weight(String name) {
        return weight(frame, name);
    }

    private static float weight(ExpressionFrame frame, String name) {
        return frame.weights[ArkitBlendshapes.indexOf(name).orElseThrow()];
    }

    private static AvatarState state(Emotion emotion) {
        return state(emotion, 1, Map.of(), 0, 0, 0);
    }

    private static AvatarState state(
            Emotion emotion, double intensity, Map<String, Double> given, double mouth, double gazeX, double gazeY) {
        return new AvatarState(
                1,
                emotion,
                intensity,
                Optional.empty(),
                new AvatarState.Head(0, 0, 0),
                new AvatarState.Gaze(gazeX, gazeY),
                mouth,
                given,
                Optional.empty(),
                Instant.EPOCH);
    }
}
