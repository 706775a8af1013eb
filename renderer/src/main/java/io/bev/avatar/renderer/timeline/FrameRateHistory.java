package io.bev.avatar.renderer.timeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Frame rate of each of the last {@value #SECONDS} seconds. Thread-safe. */
public final class FrameRateHistory {

    public static final int SECONDS = 300;

    private static final long SECOND_NANOS = 1_000_000_000L;

    /**
     * One second.
     *
     * @param known whether the frame rate was measured; otherwise both numbers are 0
     * @param fps frames per second
     * @param target frames per second at this time: the idle rate without viewers
     */
    public record Sample(boolean known, double fps, int target) {}

    private static final Sample UNKNOWN = new Sample(false, 0, 0);

    private final Deque<Sample> samples = new ArrayDeque<>(SECONDS);
    private long lastNanos;

    /** Adds a sample; seconds without one are unknown, a second sample within half a second is ignored. */
    public synchronized void add(long nowNanos, double fps, int target) {
        if (!samples.isEmpty()) {
            long elapsed = (nowNanos - lastNanos + SECOND_NANOS / 2) / SECOND_NANOS;
            if (elapsed <= 0) {
                return;
            }
            for (long missed = Math.min(elapsed - 1, SECONDS); missed > 0; missed--) {
                append(UNKNOWN);
            }
        }
        lastNanos = nowNanos;
        append(Double.isFinite(fps) ? new Sample(true, fps, target) : UNKNOWN);
    }

    private void append(Sample sample) {
        if (samples.size() == SECONDS) {
            samples.removeFirst();
        }
        samples.addLast(sample);
    }

    /** The samples, oldest first; at most {@value #SECONDS}. */
    public synchronized List<Sample> samples() {
        return new ArrayList<>(samples);
    }
}
