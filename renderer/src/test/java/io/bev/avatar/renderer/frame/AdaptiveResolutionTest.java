package io.bev.avatar.renderer.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.stream.ViewDemand;
import io.bev.avatar.splat.raster.StageTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AdaptiveResolutionTest {

    private static final long SECOND = 1_000_000_000L;

    private final AdaptiveResolution adaptive = new AdaptiveResolution(640, 360);
    private final FrameStats stats = new FrameStats(() -> 0);
    private final StageTimes times = new StageTimes();
    private final List<Integer> changes = new ArrayList<>();
    private final List<Integer> changedAt = new ArrayList<>();
    private int lines = 360;
    private int second;
    /** Time of a frame: constant, and for the pixels of 640x360, in milliseconds. */
    private double constantMillis = 1;

    private double pixelMillis = 1;

    /** Renders 30 frames in each second and evaluates at its end. */
    private void run(int seconds, ViewDemand demand) {
        for (int end = second + seconds; second < end; second++) {
            double pixels = (double) adaptive.width(lines) * lines / (640 * 360);
            for (int i = 0; i < 30; i++) {
                times.projectNanos = (long) (constantMillis * 1e6);
                times.blendNanos = (long) (pixelMillis * pixels * 1e6);
                stats.rendered(0, 0, times);
            }
            OptionalInt next = adaptive.evaluate(second * SECOND, demand, lines, stats.snapshot(), 30);
            if (next.isPresent()) {
                lines = next.getAsInt();
                changes.add(lines);
                changedAt.add(second);
            }
        }
    }

    private static ViewDemand wanted(int lines) {
        return new ViewDemand(lines, false);
    }

    @Test
    void fastFrames_reachTheWantedSize_inOneChange() {
        run(30, wanted(1080));

        assertThat(changes).containsExactly(1080);
        assertThat(changedAt.get(0)).isLessThan(5);
        assertThat(adaptive.width(lines)).isEqualTo(1920);
        assertThat(adaptive.reason()).isEqualTo("wanted by viewers: 1080 lines; 1080 take 30 % of a frame's time");
    }

    @Test
    void smallerWindow_isNotRenderedLarger() {
        run(30, wanted(540));

        assertThat(changes).containsExactly(540);
        assertThat(adaptive.width(540)).isEqualTo(960);
    }

    @Test
    void heavierModel_startsAtASmallerStep_andGrowsAgain() {
        run(30, wanted(1080));
        assertThat(lines).isEqualTo(1080);

        // Frames take 10 ms: at most 23 of 33 ms are allowed.
        assertThat(adaptive.first(second * SECOND, 2, lines, 30)).isEqualTo(1080);
        run(5, wanted(1080));
        assertThat(adaptive.first(second * SECOND, 4, lines, 30)).isEqualTo(720);
        lines = 720;
        assertThat(adaptive.reason()).isEqualTo("a new model with more Gaussians starts small");
        run(5, wanted(1080));
        assertThat(adaptive.first(second * SECOND, 100, lines, 30)).isEqualTo(360);
        lines = 360;
        changes.clear();
        run(9, wanted(1080));
        assertThat(changes).isEmpty();
        run(9, wanted(1080));
        assertThat(changes).containsExactly(1080);
    }

    @Test
    void lighterModel_keepsTheSize_andOneWithoutMeasurementStartsSmall() {
        assertThat(adaptive.first(0, 0.1, 1080, 30)).isEqualTo(1080);
        assertThat(adaptive.first(0, 2, 1080, 30)).isEqualTo(360);
    }

    @Test
    void slowFrames_getTheLargestStepThatKeepsSeventyPercent() {
        pixelMillis = 4;
        run(60, wanted(1080));

        // 720 lines take 17 of 33.3 ms, 1080 would take 37.
        assertThat(changes).containsExactly(720);
        assertThat(adaptive.reason()).startsWith("viewers want 1080 lines; 720 take 51 %");
    }

    @Test
    void loadOfTheMachine_lowersTheSize_andTheSameStepIsNotTriedForAMinute() {
        pixelMillis = 2;
        run(20, wanted(1080));
        pixelMillis = 5;
        run(20, wanted(1080));
        pixelMillis = 2;
        run(30, wanted(1080));
        assertThat(changes).containsExactly(1080, 720);

        run(60, wanted(1080));
        assertThat(changes).containsExactly(1080, 720, 1080);
    }

    @Test
    void loadThatSwings_changesAtMostOnceInTenSeconds() {
        for (int i = 0; i < 40; i++) {
            pixelMillis = i % 2 == 0 ? 12 : 1;
            run(4, wanted(1080));
        }
        for (int i = 1; i < changedAt.size(); i++) {
            assertThat(changedAt.get(i) - changedAt.get(i - 1)).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void frameTimeAtTheLimit_doesNotOscillate() {
        constantMillis = 0;
        // 720 lines take exactly between the limits for a larger step and for the present one.
        pixelMillis = 33.3 * 0.65 / 4;
        run(200, wanted(720));
        assertThat(changes).containsExactly(540);

        lines = 720;
        run(200, wanted(720));
        assertThat(changes).containsExactly(540);
    }

    @Test
    void selectedSize_isUsedEvenIfSlow() {
        pixelMillis = 12;
        run(5, new ViewDemand(1080, true));

        assertThat(changes).containsExactly(1080);
        assertThat(adaptive.reason()).isEqualTo("selected on the page");
    }

    @Test
    void viewersLeft_returnsToTheConfiguredSize() {
        run(20, wanted(720));
        run(20, ViewDemand.NONE);

        assertThat(changes).containsExactly(720, 360);
    }

    @Test
    void noFrames_changeNothing() {
        for (int i = 0; i < 20; i++) {
            assertThat(adaptive.evaluate(i * SECOND, wanted(1080), 360, stats.snapshot(), 30))
                    .isEmpty();
        }
    }

    @Test
    void tooSlowForTheSmallestStep_keepsTheConfiguredSize() {
        pixelMillis = 60;
        run(60, wanted(1080));

        assertThat(changes).isEmpty();
        assertThat(adaptive.reason()).startsWith("viewers want 1080 lines; 360 take ");
    }
}
