package io.bev.avatar.renderer.expression;

import java.util.SplittableRandom;

/** The blinking of the lids. Blinks last 150 to 300 ms, closing faster than they open; some are double. */
final class BlinkLayer {

    private static final double MIN_SECONDS = 0.15;
    private static final double MAX_SECONDS = 0.30;
    private static final double CLOSING_SHARE = 0.33;
    private static final double SHUT_SHARE = 0.17;
    private static final double DOUBLE_SHARE = 0.14;
    /** From the end of the first to the start of the second. */
    private static final double DOUBLE_PAUSE_SECONDS = 0.12;

    private final SplittableRandom random;
    private final double minInterval;
    private final double maxInterval;
    private double start;
    private double duration;
    private boolean second;

    BlinkLayer(ExpressionConfig config, SplittableRandom random) {
        this.random = random;
        minInterval = config.blinkIntervalMin().toNanos() / 1e9;
        maxInterval = config.blinkIntervalMax().toNanos() / 1e9;
        begin(0, interval(1));
    }

    /**
     * How far the lids are shut at {@code seconds}, 0 open to 1 shut.
     *
     * @param seconds never decreases from call to call
     * @param rate blink rate relative to the default
     */
    double closure(double seconds, double rate) {
        while (seconds >= start + duration) {
            double from = start;
            if (!second && random.nextDouble() < DOUBLE_SHARE) {
                begin(start + duration, DOUBLE_PAUSE_SECONDS);
                second = true;
            } else {
                // After a jump in time, such as a suspended machine, missed blinks are skipped.
                begin(Math.max(from, seconds - maxInterval), interval(rate));
                second = false;
            }
        }
        double phase = (seconds - start) / duration;
        if (phase <= 0) {
            return 0;
        }
        if (phase < CLOSING_SHARE) {
            return smooth(phase / CLOSING_SHARE);
        }
        return phase < CLOSING_SHARE + SHUT_SHARE ? 1 : smooth((1 - phase) / (1 - CLOSING_SHARE - SHUT_SHARE));
    }

    private void begin(double from, double wait) {
        start = from + wait;
        duration = MIN_SECONDS + (MAX_SECONDS - MIN_SECONDS) * random.nextDouble();
    }

    /** Short intervals are more frequent than long ones, as in humans. */
    private double interval(double rate) {
        double share = Math.pow(random.nextDouble(), 1.3);
        double seconds = (minInterval + (maxInterval - minInterval) * share) / rate;
        return Math.max(minInterval, Math.min(maxInterval, seconds));
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
