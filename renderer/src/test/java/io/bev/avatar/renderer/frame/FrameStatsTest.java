package io.bev.avatar.renderer.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.raster.StageTimes;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FrameStatsTest {

    private static final long MILLI = 1_000_000;

    private final AtomicLong now = new AtomicLong(5_000 * MILLI);
    private final FrameStats stats = new FrameStats(now::get);

    private void frame(long durationNanos) {
        stats.rendered(now.get(), durationNanos, new StageTimes());
    }

    @Test
    void duration_onBound_isInThatBucket() {
        frame(Math.round(1e9 / 60));
        frame(Math.round(1e9 / 60) + 1);
        frame(5_000 * MILLI);
        FrameStats.Snapshot s = stats.snapshot();
        int sixtieth = Arrays.binarySearch(s.boundsSeconds(), 1.0 / 60);
        assertThat(sixtieth).isPositive();
        assertThat(Arrays.binarySearch(s.boundsSeconds(), 1.0 / 120)).isPositive();
        assertThat(Arrays.binarySearch(s.boundsSeconds(), 1.0 / 30)).isPositive();
        assertThat(s.bucketCounts()[sixtieth]).isEqualTo(1);
        assertThat(s.bucketCounts()[sixtieth + 1]).isEqualTo(1);
        assertThat(s.bucketCounts()[s.boundsSeconds().length]).isEqualTo(1);
        assertThat(Arrays.stream(s.bucketCounts()).sum())
                .isEqualTo(s.rendered())
                .isEqualTo(3);
        assertThat(s.durationSumSeconds()).isCloseTo(5 + 2.0 / 60, within(1e-6));
    }

    @Test
    void stages_recordLastAndSum() {
        StageTimes times = new StageTimes();
        times.sortNanos = 7;
        stats.rendered(now.get(), 10, times);
        times.sortNanos = 4;
        times.encodeNanos = 3;
        stats.rendered(now.get(), 10, times);
        FrameStats.Snapshot s = stats.snapshot();
        assertThat(s.stageLastNanos()).containsExactly(0, 0, 4, 0, 0, 3);
        assertThat(s.stageSumNanos()).containsExactly(0, 0, 11, 0, 0, 3);
    }

    @Test
    void fps_coversLastTwoSeconds_andDecaysWithoutFrames() {
        assertThat(stats.snapshot().fps()).isZero();
        for (int i = 0; i < 1000; i++) {
            now.addAndGet(10 * MILLI);
            frame(MILLI);
        }
        assertThat(stats.snapshot().fps()).isCloseTo(100, within(0.5));
        now.addAndGet(1_000 * MILLI);
        assertThat(stats.snapshot().fps()).isLessThan(60);
        now.addAndGet(3_000 * MILLI);
        assertThat(stats.snapshot().fps()).isZero();
        assertThat(stats.lastFrameAgeNanos()).isEqualTo(4_000 * MILLI);
    }

    @Test
    void misses_skipsAndFailures_areCounted() {
        stats.paced(true, 3);
        stats.paced(false, 0);
        stats.failed();
        FrameStats.Snapshot s = stats.snapshot();
        assertThat(s.deadlineMisses()).isEqualTo(1);
        assertThat(s.skipped()).isEqualTo(3);
        assertThat(s.failed()).isEqualTo(1);
        assertThat(stats.lastFrameAgeNanos()).isEqualTo(-1);
    }
}
