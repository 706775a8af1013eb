package io.bev.avatar.renderer.speech;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.bev.avatar.renderer.expression.ExpressionConfig;
import io.bev.avatar.renderer.expression.ExpressionController;
import io.bev.avatar.renderer.expression.SpeechPose;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VisemeTrackTest {

    private static final long MILLI = 1_000_000L;
    private static final long START = 5_000 * MILLI;

    private final VisemeTrack track = new VisemeTrack();
    private final SpeechPose pose = new SpeechPose();

    private void add(String... phonemes) {
        for (int i = 0; i < phonemes.length; i++) {
            track.phoneme(START + 100L * i * MILLI, phonemes[i]);
        }
        track.end(START + 100L * phonemes.length * MILLI);
    }

    /** Weight at a time relative to the start, in milliseconds. */
    private float at(long millis, String channel) {
        if (!track.sample(START + millis * MILLI, pose)) {
            return 0;
        }
        return pose.weights[ArkitBlendshapes.indexOf(channel).orElseThrow()];
    }

    @Test
    void sample_silence_isFalse() {
        assertThat(track.sample(START, pose)).isFalse();
        add("a");
        assertThat(track.sample(START - 500 * MILLI, pose)).isFalse();
        assertThat(track.sample(START + 600 * MILLI, pose)).isFalse();
    }

    @Test
    void sample_labialBetweenOpenVowels_closesTheLips() {
        add("a", "m", "a");
        assertThat(at(50, "jawOpen")).isGreaterThan(0.4f);
        assertThat(at(150, "jawOpen")).isLessThan(0.1f);
        assertThat(pose.closure).isGreaterThan(0.95f);
        assertThat(at(150, "mouthPressLeft")).isGreaterThan(0.5f);
        assertThat(at(250, "jawOpen")).isGreaterThan(0.4f);
    }

    @Test
    void sample_letters_haveDifferentShapes() {
        add("m", "f", "oʊ", "uː", "l", "θ");
        assertThat(at(150, "mouthRollLower")).isGreaterThan(0.6f);
        assertThat(at(220, "mouthFunnel")).isGreaterThan(0.3f);
        assertThat(at(350, "mouthPucker")).isGreaterThan(0.6f);
        assertThat(at(470, "mouthPucker")).isLessThan(0.35f);
        assertThat(at(550, "tongueOut")).isGreaterThan(0.15f);
    }

    @Test
    void sample_beforeARoundedVowel_lipsAnticipate() {
        add("t", "uː");
        VisemeTrack spread = new VisemeTrack();
        spread.phoneme(START, "t");
        spread.phoneme(START + 100 * MILLI, "iː");
        spread.end(START + 200 * MILLI);
        float rounded = at(60, "mouthPucker");
        spread.sample(START + 60 * MILLI, pose);
        assertThat(rounded).isGreaterThan(0.2f);
        assertThat(pose.weights[ArkitBlendshapes.indexOf("mouthPucker").orElseThrow()])
                .isZero();
    }

    @Test
    void sample_diphthong_movesFromOneShapeToTheOther() {
        track.phoneme(START, "aʊ");
        track.end(START + 300 * MILLI);
        assertThat(at(60, "jawOpen")).isGreaterThan(at(240, "jawOpen"));
        assertThat(at(240, "mouthPucker")).isGreaterThan(at(60, "mouthPucker"));
    }

    @Test
    void truncate_whileTheMouthIsOpen_closesItWithin100Millis() {
        add("a", "a", "a", "a");
        assertThat(at(150, "jawOpen")).isGreaterThan(0.4f);
        track.truncate(START + 150 * MILLI);
        assertThat(at(250, "jawOpen")).isLessThan(0.12f);
        assertThat(at(350, "jawOpen")).isLessThan(0.02f);
    }

    @Test
    void sample_longSpeech_keepsTheNewestShapes() {
        for (int i = 0; i < 5000; i++) {
            track.phoneme(START + 100L * i * MILLI, i % 2 == 0 ? "m" : "a");
        }
        track.end(START + 500_000 * MILLI);
        assertThat(at(499_950, "jawOpen")).isGreaterThan(0.4f);
        assertThat(at(499_850, "jawOpen")).isLessThan(0.1f);
    }

    @Test
    void gestures_wordsAndPauses_moveHeadAndLids() {
        track.phoneme(START, "a");
        track.word(START, 8);
        track.phoneme(START + 300 * MILLI, "");
        track.end(START + 600 * MILLI);
        track.sample(START + 210 * MILLI, pose);
        assertThat(pose.nod).isGreaterThan(0.02f);
        track.sample(START + 395 * MILLI, pose);
        assertThat(pose.blink).isGreaterThan(0.9f);
    }

    @Test
    void advance_whileSpeaking_allocatesNothing() {
        for (int i = 0; i < 200; i++) {
            track.phoneme(START + 80L * i * MILLI, new String[] {"m", "aɪ", "f", "uː", ""}[i % 5]);
        }
        ExpressionController controller = new ExpressionController(ExpressionConfig.DEFAULTS, track);
        AvatarState state = AvatarState.initial(Instant.EPOCH);
        ExpressionFrame frame = new ExpressionFrame();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long now = START;
        for (int i = 0; i < 100; i++, now += 16 * MILLI) {
            controller.advance(now, state, frame);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 500; i++, now += 16 * MILLI) {
            controller.advance(now, state, frame);
        }
        // The counter itself may allocate a little.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(500);
    }
}
