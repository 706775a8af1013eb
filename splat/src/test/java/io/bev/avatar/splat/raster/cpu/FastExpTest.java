package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FastExpTest {

    @Test
    void exp2Negative_isWithinOnePartInTenThousand() {
        for (float value = 0; value <= 100; value += 0.0137f) {
            double ratio = FastExp.exp2Negative(value) / Math.pow(2, -value);

            assertThat(ratio).as("2^-%s", value).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void log2_isExactToTheLastDigits() {
        for (float value = 0.0039f; value <= 1; value += 0.00037f) {
            assertThat((double) FastExp.log2(value))
                    .as("log2 %s", value)
                    .isCloseTo(Math.log(value) / Math.log(2), within(1e-6));
        }
        assertThat(FastExp.log2(1)).isZero();
    }
}
