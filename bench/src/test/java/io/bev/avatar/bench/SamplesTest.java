package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void percentile_isNearestRank() {
        Samples samples = new Samples();
        for (int i = 100; i >= 0; i--) {
            samples.add(i);
        }

        assertThat(samples.median()).isEqualTo(50);
        assertThat(samples.percentile(0.99)).isEqualTo(99);
        assertThat(samples.percentile(0)).isEqualTo(0);
        assertThat(samples.percentile(1)).isEqualTo(100);
        assertThat(samples.count()).isEqualTo(101);
    }

    @Test
    void withoutSamples_isError() {
        assertThatThrownBy(() -> new Samples().median()).isInstanceOf(IllegalStateException.class);
    }
}
