package io.bev.avatar.renderer.management.mbean;

import java.beans.ConstructorProperties;
import java.util.Arrays;

/** A histogram as JMX open data: counts per bucket, not cumulative. */
public final class HistogramData {

    private final double[] bounds;
    private final long[] counts;
    private final double sum;

    /**
     * @param bounds inclusive upper bounds, ascending
     * @param counts values in each bucket, one more than bounds: the last is for values above the highest bound
     * @param sum of all values
     */
    @ConstructorProperties({"bounds", "counts", "sum"})
    public HistogramData(double[] bounds, long[] counts, double sum) {
        if (counts.length != bounds.length + 1) {
            throw new IllegalArgumentException(
                    counts.length + " counts for " + bounds.length + " bounds: expected one more");
        }
        this.bounds = bounds.clone();
        this.counts = counts.clone();
        this.sum = sum;
    }

    public double[] getBounds() {
        return bounds.clone();
    }

    public long[] getCounts() {
        return counts.clone();
    }

    /** Number of values. */
    public long getCount() {
        return Arrays.stream(counts).sum();
    }

    public double getSum() {
        return sum;
    }
}
