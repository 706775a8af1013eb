package io.bev.avatar.renderer.speech;

/** Histogram of the times from a request to its first sound. Thread-safe. */
final class FirstSoundTimes {

    private static final double[] BOUNDS = {0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2};

    private final long[] counts = new long[BOUNDS.length + 1];
    private double sum;

    synchronized void record(long nanos) {
        double seconds = nanos / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sum += seconds;
    }

    double[] bounds() {
        return BOUNDS.clone();
    }

    synchronized long[] counts() {
        return counts.clone();
    }

    synchronized double sum() {
        return sum;
    }
}
