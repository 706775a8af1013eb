package io.bev.avatar.exporter.collector.renderer;

import io.bev.avatar.common.time.Ticker;
import java.time.Duration;

/**
 * Detects late frames of the renderer from its counters: frames are late if more than 1 % of the latest frames (at
 * least 100) missed their deadline, that is, if the 99th percentile of frame times exceeds the frame period.
 * Thread-safe.
 */
public final class FrameDeadlines {

    /** In a smaller window, a single late frame would exceed 1 %. */
    private static final long WINDOW_FRAMES = 100;

    private static final long LATE_DIVISOR = 100;

    /** Age at which an evaluation expires. */
    private static final Duration MAX_AGE = Duration.ofMinutes(1);

    private final Ticker ticker;
    private boolean started;
    private long windowFrames;
    private long windowMisses;
    private long evaluatedNanos;
    private boolean late;

    /** @param ticker clock for the age of an evaluation */
    public FrameDeadlines(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Evaluates the renderer's counters, which only grow while it runs.
     *
     * @param frames frames rendered
     * @param misses frames that ended after the next one was due
     */
    synchronized void observe(long frames, long misses) {
        if (!started || frames < windowFrames || misses < windowMisses) {
            started = true;
            late = false;
            startWindow(frames, misses);
        } else if (frames - windowFrames >= WINDOW_FRAMES) {
            late = (misses - windowMisses) * LATE_DIVISOR > frames - windowFrames;
            evaluatedNanos = ticker.nanos();
            startWindow(frames, misses);
        }
    }

    /** Forgets all observations; called when the renderer is unreachable. */
    synchronized void reset() {
        started = false;
        late = false;
    }

    /** Whether frames were late in the last evaluation, at most 1 min ago. */
    public synchronized boolean late() {
        return late && ticker.nanos() - evaluatedNanos < MAX_AGE.toNanos();
    }

    private void startWindow(long frames, long misses) {
        windowFrames = frames;
        windowMisses = misses;
    }
}
