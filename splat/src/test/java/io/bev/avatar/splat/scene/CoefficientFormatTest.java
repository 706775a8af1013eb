package io.bev.avatar.splat.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoefficientFormatTest {

    @ParameterizedTest
    @ValueSource(floats = {0, 1, -1, 0.5f, -0.25f, 45, 0x1p-18f, -0x1p-18f, 4094, 0x1.ffcp12f})
    void exactValues_areKept(float value) {
        assertThat(CoefficientFormat.unpack(CoefficientFormat.pack(value))).isEqualTo(value);
    }

    @Test
    void otherValues_areWithinHalfAStep() {
        Random random = new Random(20_260_101);
        for (int i = 0; i < 100_000; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(10, 4 * random.nextDouble() - 4));
            float read = CoefficientFormat.unpack(CoefficientFormat.pack(value));
            assertThat(Math.abs(read - value))
                    .as("%s", value)
                    .isLessThanOrEqualTo(Math.max(0x1p-19f, Math.abs(value) * 0x1p-11f));
        }
    }

    @Test
    void everyStoredValue_isReadAndStoredAlike() {
        for (int bits = -32768; bits < 32768; bits++) {
            float value = CoefficientFormat.unpack((short) bits);
            assertThat(value).isFinite();
            if (Math.abs(value) >= 0x1p-18f) {
                assertThat(CoefficientFormat.pack(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void scaledValue_givesTheSameProductBitForBit() {
        Random random = new Random(20_260_102);
        for (int bits = -32768; bits < 32768; bits++) {
            float factor = (float) random.nextGaussian();
            float product = CoefficientFormat.unpackScaled((short) bits) * (factor * CoefficientFormat.GAIN);
            assertThat(product).isEqualTo(CoefficientFormat.unpack((short) bits) * factor);
        }
    }

    @Test
    void largeValues_areLimited() {
        assertThat(CoefficientFormat.unpack(CoefficientFormat.pack(1e9f))).isEqualTo(CoefficientFormat.MAX);
        assertThat(CoefficientFormat.unpack(CoefficientFormat.pack(-1e9f))).isEqualTo(-CoefficientFormat.MAX);
    }
}
