package io.bev.avatar.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Frame times of rounds, each with two periods alone and two watched. The 99th percentile of all frames watched over that of
 * all frames alone is what is asked for; the same of the one half of the periods alone over the other half would be 1 if
 * nothing but the watching made a difference, and so says what the measurement can tell apart.
 */
final class FrameRounds {

    private static final double SHARE = 0.99;
    private static final int DRAWS = 1000;
    private static final long SEED = 15;

    /**
     * The frame times of one round, in milliseconds.
     *
     * @param alone first period without scrapes
     * @param aloneAgain second period without scrapes
     * @param watched both periods with scrapes
     */
    record Round(List<Double> alone, List<Double> aloneAgain, List<Double> watched) {
        Round {
            alone = List.copyOf(alone);
            aloneAgain = List.copyOf(aloneAgain);
            watched = List.copyOf(watched);
        }

        List<Double> bothAlone() {
            List<Double> both = new ArrayList<>(alone);
            both.addAll(aloneAgain);
            return both;
        }
    }

    /** Where 95 of 100 results would lie if the same rounds came in other mixtures. */
    record Interval(double low, double high) {}

    private final List<Round> rounds = new ArrayList<>();

    void add(Round round) {
        rounds.add(round);
    }

    /** Watched over alone. */
    double ratio() {
        return ratio(rounds);
    }

    Interval ratioInterval() {
        return interval(FrameRounds::ratio);
    }

    /** Alone over alone. */
    double control() {
        return control(rounds);
    }

    Interval controlInterval() {
        return interval(FrameRounds::control);
    }

    Samples watched() {
        return pool(rounds, Round::watched);
    }

    Samples alone() {
        return pool(rounds, Round::bothAlone);
    }

    private static double ratio(List<Round> some) {
        return pool(some, Round::watched).percentile(SHARE)
                / pool(some, Round::bothAlone).percentile(SHARE);
    }

    private static double control(List<Round> some) {
        return pool(some, Round::alone).percentile(SHARE)
                / pool(some, Round::aloneAgain).percentile(SHARE);
    }

    private static Samples pool(List<Round> some, Function<Round, List<Double>> part) {
        Samples pool = new Samples();
        some.forEach(round -> part.apply(round).forEach(pool::add));
        return pool;
    }

    /** Samples whole rounds: the frames of one minute are alike, those of different minutes need not be. */
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
