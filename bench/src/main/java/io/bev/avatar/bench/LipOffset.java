package io.bev.avatar.bench;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Offset of lips against sound in a recording: the shift at which the opening of the mouth and the loudness of the sound have
 * their largest correlation. Lips do not move exactly as loudness does, so the offset of good lip synchronisation is a
 * constant near 0; it shows drift, and delays beyond a few hundredths of a second.
 */
final class LipOffset {

    private static final int STEP_MILLIS = 5;
    private static final int MAX_SHIFT_MILLIS = 400;
    private static final double MIN_CORRELATION = 0.3;
    /** Loudness is smoothed as a mouth moves. */
    private static final int SMOOTH_STEPS = 12;

    private LipOffset() {}

    /**
     * @param openTimes times of the frames, ascending, ms
     * @param opening of the mouth in each frame, in any unit; a frame is shown until the next
     * @param soundTimes times of the loudness, ascending, ms
     * @param loudness in any unit
     * @param from start of the window, ms
     * @param to its end, ms
     * @return how much later the lips are than the sound, ms; empty if they have nothing in common
     */
    static OptionalDouble millis(
            double[] openTimes, double[] opening, double[] soundTimes, double[] loudness, double from, double to) {
        int steps = (int) ((to - from) / STEP_MILLIS);
        int max = MAX_SHIFT_MILLIS / STEP_MILLIS;
        if (steps < 4 * max) {
            return OptionalDouble.empty();
        }
        double[] lips = detrended(resampled(openTimes, opening, from, steps));
        double[] sound = detrended(smoothed(resampled(soundTimes, loudness, from, steps)));
        double[] correlation = new double[2 * max + 1];
        int best = 0;
        for (int i = 0; i < correlation.length; i++) {
            correlation[i] = correlation(lips, sound, i - max);
            best = correlation[i] > correlation[best] ? i : best;
        }
        if (!(correlation[best] >= MIN_CORRELATION) || best == 0 || best == correlation.length - 1) {
            return OptionalDouble.empty();
        }
        // The vertex of the parabola through the three highest.
        double before = correlation[best - 1];
        double after = correlation[best + 1];
        double curvature = before - 2 * correlation[best] + after;
        double fraction = curvature == 0 ? 0 : 0.5 * (before - after) / curvature;
        return OptionalDouble.of((best - max + fraction) * STEP_MILLIS);
    }

    private static double[] resampled(double[] times, double[] values, double from, int steps) {
        double[] out = new double[steps];
        int at = 0;
        for (int i = 0; i < steps; i++) {
            double time = from + i * STEP_MILLIS;
            while (at + 1 < times.length && times[at + 1] <= time) {
                at++;
            }
            boolean between = at + 1 < times.length && times[at] <= time;
            double share = between ? (time - times[at]) / (times[at + 1] - times[at]) : 0;
            out[i] = between ? values[at] + share * (values[at + 1] - values[at]) : values[at];
        }
        return out;
    }

    private static double[] smoothed(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int first = Math.max(0, i - SMOOTH_STEPS);
            int last = Math.min(values.length - 1, i + SMOOTH_STEPS);
            double sum = 0;
            for (int j = first; j <= last; j++) {
                sum += values[j];
            }
            out[i] = sum / (last - first + 1);
        }
        return out;
    }

    /** Without the mean of the second around each value: the head moves slowly. */
    private static double[] detrended(double[] values) {
        int reach = 500 / STEP_MILLIS;
        double[] sums = new double[values.length + 1];
        for (int i = 0; i < values.length; i++) {
            sums[i + 1] = sums[i] + values[i];
        }
        double[] out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int first = Math.max(0, i - reach);
            int end = Math.min(values.length, i + reach + 1);
            out[i] = values[i] - (sums[end] - sums[first]) / (end - first);
        }
        return out;
    }

    private static double correlation(double[] lips, double[] sound, int shift) {
        double product = 0;
        double lipSquares = 0;
        double soundSquares = 0;
        for (int i = Math.max(0, -shift); i < sound.length && i + shift < lips.length; i++) {
            product += lips[i + shift] * sound[i];
            lipSquares += lips[i + shift] * lips[i + shift];
            soundSquares += sound[i] * sound[i];
        }
        double scale = Math.sqrt(lipSquares * soundSquares);
        return scale > 0 ? product / scale : 0;
    }

    /** The columns of rows of two numbers. */
    static double[][] columns(double[][] rows) {
        double[][] columns = new double[2][rows.length];
        Arrays.setAll(columns[0], i -> rows[i][0]);
        Arrays.setAll(columns[1], i -> rows[i][1]);
        return columns;
    }
}
