package io.bev.avatar.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PerformanceLogTest {

    private final ManualClock clock = new ManualClock();
    private final FrameStats stats = new FrameStats(clock::nanos);
    private final PerformanceLog log = new PerformanceLog(clock::nanos, stats.snapshot());

    private void frames(int count, Duration duration) {
        for (int i = 0; i < count; i++) {
            stats.rendered(clock.nanos(), duration.toNanos(), new StageTimes());
        }
    }

    @Test
    void line_isWrittenOncePerHour_aboutThatHour() {
        frames(3600, Duration.ofMillis(10));
        stats.paced(true, 2);
        clock.pass(Duration.ofMinutes(59));
        assertThat(log.line(stats.snapshot(), 1, "cpu")).isEmpty();

        clock.pass(Duration.ofMinutes(1));
        assertThat(log.line(stats.snapshot(), 1, "cpu").orElseThrow())
                .startsWith("performance: 3600 frames in 60 min, 1.0 fps, mean 10.0 ms, 95 % within ")
                .contains(", 1 deadlines missed, 2 frames skipped, 0 failed, 1 viewers, backend cpu, heap ");
        assertThat(log.line(stats.snapshot(), 1, "cpu")).isEmpty();

        clock.pass(Duration.ofHours(1));
        assertThat(log.line(stats.snapshot(), 0, "cpu").orElseThrow())
                .startsWith("performance: 0 frames in 60 min, 0.0 fps, 0 deadlines missed");
    }
}
