package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameTimeLimitTest {

    private static final long MILLI = 1_000_000L;

    private final FrameTimeLimit limit = new FrameTimeLimit();

    @Test
    void fastFrames_areLateAfterTheMinimum() {
        limit.completed(4 * MILLI);
        assertThat(limit.nanos()).isEqualTo(FrameTimeLimit.MIN_NANOS);
    }

    @Test
    void slowDevice_isNotAlwaysLate_andAnOutlierIsForgotten() {
        limit.completed(400 * MILLI);
        assertThat(limit.nanos()).isEqualTo(1200 * MILLI);
        for (int frame = 0; frame < 100; frame++) {
            limit.completed(80 * MILLI);
        }
        assertThat(limit.nanos()).isEqualTo(240 * MILLI);
    }
}
