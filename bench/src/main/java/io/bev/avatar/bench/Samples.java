package io.bev.avatar.bench;

import java.util.Arrays;
import java.util.function.DoubleConsumer;

/** Growing list of numbers with their statistics. */
final class Samples {

    private double[] values = new double[64];
    private int count;

    void add(double value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = value;
    }

    void addAll(Samples others) {
        for (int i = 0; i < others.count; i++) {
            add(others.values[i]);
        }
    }

    void forEach(DoubleConsumer action) {
        Arrays.stream(values, 0, count).forEach(action);
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    double median() {
        return percentile(0.5);
    }

    double sum() {
        return Arrays.stream(values, 0, count).sum();
    }

    /**
     * Quantile, by the nearest rank.
     *
     * @param share 0 to 1
     * @throws IllegalStateException when there are no numbers
     */
    double percentile(double share) {
        if (count == 0) {
            throw new IllegalStateException("no measurements");
        }
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.round(share * (count - 1))];
    }
}
