package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.bench.FrameRounds.Round;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameRoundsTest {

    private final SplittableRandom random = new SplittableRandom(7);

    /** Frame times of 12 to 13 ms with 2 % outliers, multiplied by {@code factor}. */
    private List<Double> frames(int count, double factor) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            millis.add(factor * (12 + random.nextDouble() + (random.nextInt(50) == 0 ? 5 + random.nextDouble() : 0)));
        }
        return millis;
    }

    private FrameRounds rounds(int count, double factor) {
        FrameRounds rounds = new FrameRounds();
        for (int i = 0; i < count; i++) {
            rounds.add(new Round(frames(150, 1), frames(150, 1), frames(300, factor)));
        }
        return rounds;
    }

    @Test
    void ratio_withoutOverhead_bothIntervalsContainOne() {
        FrameRounds rounds = rounds(20, 1);

        assertThat(rounds.ratio()).isEqualTo(1, within(0.02));
        assertThat(rounds.ratioInterval().low()).isLessThanOrEqualTo(1);
        assertThat(rounds.ratioInterval().high()).isGreaterThanOrEqualTo(1);
        assertThat(rounds.control())
                .isBetween(
                        rounds.controlInterval().low(), rounds.controlInterval().high());
        assertThat(rounds.controlInterval().low()).isLessThanOrEqualTo(1);
        assertThat(rounds.controlInterval().high()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void ratio_withOverhead_ratioRises_andControlDoesNot() {
        FrameRounds rounds = rounds(20, 1.1);

        assertThat(rounds.ratioInterval().low()).isGreaterThan(1.05);
        assertThat(rounds.ratio()).isEqualTo(1.1, within(0.03));
        assertThat(rounds.control()).isEqualTo(1, within(0.03));
    }

    @Test
    void frames_arePooled() {
        FrameRounds rounds = new FrameRounds();
        rounds.add(new Round(List.of(1.0), List.of(3.0, 4.0), List.of(8.0, 6.0)));
        rounds.add(new Round(List.of(2.0), List.of(), List.of(7.0)));

        assertThat(rounds.unscraped().count()).isEqualTo(4);
        assertThat(rounds.scraped().median()).isEqualTo(7);
        assertThat(rounds.ratio()).isEqualTo(2);
        assertThat(rounds.control()).isEqualTo(0.5);
    }
}
