package io.bev.avatar.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.frame.FrameStats;
import org.junit.jupiter.api.Test;

class FrameRateCheckTest {

    private final FrameRateCheck check = new FrameRateCheck();
    private long frames;
    private double seconds;

    /** Evaluates for ten seconds of frames at this rate, each rendered in this time. */
    private void run(double fps, double frameSeconds, boolean cpu, boolean wanted) {
        for (int i = 0; i < 10; i++) {
            frames += Math.round(fps);
            seconds += Math.round(fps) * frameSeconds;
            long[] none = {};
            check.evaluate(
                    new FrameStats.Snapshot(frames, 0, 0, 0, fps, 0, new double[0], none, seconds, none, none),
                    30,
                    cpu,
                    wanted);
        }
    }

    @Test
    void slowCpu_thatRendersAsFastAsItCan_isHealthyWithNote() {
        run(4, 0.24, true, true);
        assertThat(check.problem()).isEmpty();
        assertThat(check.note().orElseThrow()).startsWith("4.0 fps, target 30 fps: the CPU");
    }

    @Test
    void cpuHeldUpBetweenFrames_isAProblem() {
        run(4, 0.01, true, true);
        assertThat(check.problem()).contains("4.0 fps, target 30 fps");
        assertThat(check.note()).isEmpty();
    }

    @Test
    void gpuBelowHalfOfTarget_isAProblem_whateverItsFrameTimes() {
        run(4, 0.24, false, true);
        assertThat(check.problem()).contains("4.0 fps, target 30 fps");
    }

    @Test
    void rateWithoutViewers_orAboveHalfOfTarget_isFine() {
        run(5, 0.01, true, false);
        assertThat(check.problem()).isEmpty();
        run(16, 0.06, false, true);
        assertThat(check.problem()).isEmpty();
        assertThat(check.note()).isEmpty();
    }

    @Test
    void singleSlowSecond_isNotReported_andNoFramesAtAllAreNoDivision() {
        run(30, 0.01, true, true);
        frames += 1;
        run(0, 0, true, false);
        assertThat(check.problem()).isEmpty();
        run(0, 0, true, true);
        assertThat(check.problem()).isPresent();
    }
}
