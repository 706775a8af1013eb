package io.bev.avatar.exporter.collector.renderer;

import io.bev.avatar.common.time.Ticker;
import java.time.Duration;

/**
 * Whether the renderer's frames are late, from its counters as they are read: among the latest frames, at least a hundred, more
 * than one in a hundred missed its deadline, which is to say that the 99th percentile of frame times is above the frame period.
 * Thread-safe.
 */
public final class FrameDeadlines {

    /** Fewer would let a single late frame count as more than a hundredth. */
    private static final long WINDOW_FRAMES = 100;

    private static final long LATE_DIVISOR = 100;

    /** What was seen this long ago says nothing about now. */
    private static final Duration MEMORY = Duration.ofMinutes(1);

    private final Ticker ticker;
    private boolean started;
    private long windowFrames;
    private long windowMisses;
    private long judgedNanos;
    private boolean late;

    /** @param ticker ages the judgement */
    public FrameDeadlines(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * Takes the renderer's counters, which only grow while it runs.
     *
     * @param frames frames drawn
     * @param misses those that ended after the next one was due
     */
    synchronized void observe(long frames, long misses) {
        if (!started || frames < windowFrames || misses < windowMisses) {
            started = true;
            late = false;
            begin(frames, misses);
        } else if (frames - windowFrames >= WINDOW_FRAMES) {
            late = (misses - windowMisses) * LATE_DIVISOR > frames - windowFrames;
            judgedNanos = ticker.nanos();
            begin(frames, misses);
        }
    }

    /** The renderer cannot be read. */
    synchronized void away() {
        started = false;
        late = false;
    }

    /** Whether frames were late when last judged, a minute ago at most. */
    public synchronized boolean late() {
        return late && ticker.nanos() - judgedNanos < MEMORY.toNanos();
    }

    private void begin(long frames, long misses) {
        windowFrames = frames;
        windowMisses = misses;
    }
}
