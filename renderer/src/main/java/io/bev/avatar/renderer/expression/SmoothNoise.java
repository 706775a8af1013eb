package io.bev.avatar.renderer.expression;

/** Reproducible smooth noise: random values at unit distance, interpolated by curves. */
final class SmoothNoise {

    private final long seed;

    SmoothNoise(long seed) {
        this.seed = seed;
    }

    /**
     * Value at {@code position}, -1..1; two octaves, most of it slow.
     *
     * @param line index of the independent noise sequence
     */
    double at(int line, double position) {
        return 0.75 * octave(2 * line, position) + 0.25 * octave(2 * line + 1, position * 2.3);
    }

    private double octave(int line, double position) {
        long cell = (long) Math.floor(position);
        double t = position - cell;
        double blend = t * t * t * (t * (6 * t - 15) + 10);
        double a = value(line, cell);
        return a + (value(line, cell + 1) - a) * blend;
    }

    /** SplitMix64's mixing function over the cell's number. */
    private double value(int line, long cell) {
        long h = seed + 0x9E3779B97F4A7C15L * (cell + 1_000_003L * line);
        h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        h ^= h >>> 31;
        return (h >> 11) * 0x1.0p-52;
    }
}
