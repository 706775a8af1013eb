package io.bev.avatar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Frame times of rounds, each with two periods with scrapes and two without. The ratio is the 99th percentile of all frames with
 * scrapes over that of all frames without. The control is the same ratio between the two halves of the periods without scrapes: its
 * deviation from 1 is the resolution of the measurement.
 */
final class FrameRounds {

    private static final double SHARE = 0.99;
    private static final int DRAWS = 1000;
    private static final long SEED = 15;

    /**
     * The frame times of one round, in milliseconds.
     *
     * @param unscraped first period without scrapes
     * @param secondUnscraped second period without scrapes
     * @param scraped both periods with scrapes
     */
    record Round(List<Double> unscraped, List<Double> secondUnscraped, List<Double> scraped) {
        Round {
            unscraped = List.copyOf(unscraped);
            secondUnscraped = List.copyOf(secondUnscraped);
            scraped = List.copyOf(scraped);
        }

        List<Double> bothUnscraped() {
            List<Double> both = new ArrayList<>(unscraped);
            both.addAll(secondUnscraped);
            return both;
        }
    }

    /** 95 % confidence interval, by bootstrap over the rounds. */
    record Interval(double low, double high) {}

    private final List<Round> rounds = new ArrayList<>();

    void add(Round round) {
        rounds.add(round);
    }

    /** With scrapes over without. */
    double ratio() {
        return ratio(rounds);
    }

    Interval ratioInterval() {
        return interval(FrameRounds::ratio);
    }

    /** Without scrapes over without. */
    double control() {
        return control(rounds);
    }

    Interval controlInterval() {
        return interval(FrameRounds::control);
    }

    Samples scraped() {
        return pool(rounds, Round::scraped);
    }

    Samples unscraped() {
        return pool(rounds, Round::bothUnscraped);
    }

    private static double ratio(List<Round> some) {
        return pool(some, Round::scraped).percentile(SHARE)
                / pool(some, Round::bothUnscraped).percentile(SHARE);
    }

    private static double control(List<Round> some) {
        return pool(some, Round::unscraped).percentile(SHARE)
                / pool(some, Round::secondUnscraped).percentile(SHARE);
    }

    private static Samples pool(List<Round> some, Function<Round, List<Double>> part) {
        Samples pool = new Samples();
        some.forEach(round -> part.apply(round).forEach(pool::add));
        return pool;
    }

    /** Resamples whole rounds, because frame times within a round are correlated. */
    private Interval interval(ToDoubleFunction<List<Round>> result) {
        SplittableRandom random = new SplittableRandom(SEED);
        Samples results = new Samples();
        for (int draw = 0; draw < DRAWS; draw++) {
            List<Round> drawn = new ArrayList<>(rounds.size());
            for (int i = 0; i < rounds.size(); i++) {
                drawn.add(rounds.get(random.nextInt(rounds.size())));
            }
            results.add(result.applyAsDouble(drawn));
        }
        return new Interval(results.percentile(0.025), results.percentile(0.975));
    }
}
