package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LipOffsetTest {

    private static final int SECONDS = 12;
    private static final int SOUND_MILLIS = 8;
    private static final int FRAME_MILLIS = 40;

    private final double[] syllables = new double[SECONDS * 8];

    LipOffsetTest() {
        Random random = new Random(5);
        for (int i = 0; i < syllables.length; i++) {
            syllables[i] = random.nextDouble() < 0.3 ? 0 : random.nextDouble();
        }
    }

    /** Bumps of different heights, one for each eighth of a second. */
    private double speech(double millis) {
        int syllable = (int) (millis / 125);
        if (millis < 0 || syllable >= syllables.length) {
            return 0;
        }
        double sine = Math.sin(Math.PI * (millis % 125) / 125);
        return syllables[syllable] * sine * sine;
    }

    private double[][] recording(int intervalMillis, double lateMillis) {
        double[][] rows = new double[SECONDS * 1000 / intervalMillis][];
        for (int i = 0; i < rows.length; i++) {
            double at = i * intervalMillis;
            rows[i] = new double[] {5000 + at, 100 + 30 * speech(at - lateMillis) + 0.01 * at};
        }
        return LipOffset.columns(rows);
    }

    @Test
    void offset_isThatOfTheRecording() {
        double[][] sound = recording(SOUND_MILLIS, 0);
        for (double late : new double[] {-120, 0, 35, 180}) {
            double[][] lips = recording(FRAME_MILLIS, late);

            assertThat(LipOffset.millis(lips[0], lips[1], sound[0], sound[1], 5500, 16_000))
                    .as("lips late by %s ms", late)
                    .hasValueCloseTo(late, within(8.0));
        }
    }

    @Test
    void offset_isUnknownWithoutSound() {
        double[][] lips = recording(FRAME_MILLIS, 0);
        double[] silence = new double[lips[0].length];

        assertThat(LipOffset.millis(lips[0], lips[1], lips[0], silence, 5500, 16_000))
                .isEmpty();
    }
}
