package io.bev.avatar.renderer.frame;

/**
 * Absolute deadlines at a fixed interval: a late frame does not shift the ones after it, and whole ticks that passed
 * meanwhile are skipped, not queued. A frame that is late by less than an interval lets the next start at once, so that a
 * machine slightly too slow keeps its own pace rather than half of the wanted one. For one thread.
 */
final class FramePacer {

    private long intervalNanos;
    private long deadlineNanos;
    private boolean missed;

    /** The first tick is due at {@code nowNanos}. */
    FramePacer(long intervalNanos, long nowNanos) {
        this.intervalNanos = intervalNanos;
        this.deadlineNanos = nowNanos;
    }

    /** When the next frame is due. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Changes the pace. A faster pace takes hold at once: the next tick comes no later than an interval from now. */
    void setInterval(long nanos, long nowNanos) {
        intervalNanos = nanos;
        if (deadlineNanos - nowNanos > nanos) {
            deadlineNanos = nowNanos + nanos;
        }
    }

    /**
     * Ends the frame of the current tick.
     *
     * @return ticks skipped
     */
    long frameDone(long nowNanos) {
        deadlineNanos += intervalNanos;
        long late = nowNanos - deadlineNanos;
        missed = late > 0;
        if (!missed) {
            return 0;
        }
        long skipped = late / intervalNanos;
        deadlineNanos += skipped * intervalNanos;
        return skipped;
    }

    /** Whether the last frame ended after the tick that followed its own. */
    boolean missed() {
        return missed;
    }
}
