package io.bev.avatar.exporter.collector.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameDeadlinesTest {

    private long nanos = 1;
    private final FrameDeadlines deadlines = new FrameDeadlines(() -> nanos);

    @BeforeEach
    void begin() {
        deadlines.observe(1000, 900);
    }

    @Test
    void missesBeforeFirstObservation_areIgnored() {
        assertThat(deadlines.late()).isFalse();
    }

    @Test
    void oneInAHundred_isNotLate_twoAre() {
        deadlines.observe(1100, 901);
        assertThat(deadlines.late()).isFalse();

        deadlines.observe(1200, 903);
        assertThat(deadlines.late()).isTrue();
    }

    @Test
    void fewFrames_keepThePreviousEvaluation() {
        deadlines.observe(1100, 1000);
        deadlines.observe(1199, 1000);
        assertThat(deadlines.late()).isTrue();

        deadlines.observe(1200, 1000);
        assertThat(deadlines.late()).isFalse();
    }

    @Test
    void restartedRenderer_resetsTheWindow() {
        deadlines.observe(1100, 1000);
        deadlines.observe(10, 10);
        assertThat(deadlines.late()).isFalse();

        deadlines.observe(110, 20);
        assertThat(deadlines.late()).isTrue();
    }

    @Test
    void evaluationOlderThanAMinute_expires() {
        deadlines.observe(1100, 1000);

        nanos += TimeUnit.SECONDS.toNanos(59);
        assertThat(deadlines.late()).isTrue();
        nanos += TimeUnit.SECONDS.toNanos(1);
        assertThat(deadlines.late()).isFalse();
    }
}
