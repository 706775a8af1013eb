package io.bev.avatar.renderer.frame;

/**
 * Absolute deadlines at a fixed interval: a late frame does not shift the following ones, and missed ticks are
 * skipped, not queued. After a frame that is late by less than an interval the next one starts immediately, so that a
 * slightly overloaded host runs at the highest rate it can sustain instead of half the target rate. Not thread-safe.
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

    /** Deadline of the next frame. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Changes the interval. A shorter one takes effect immediately: the next tick is at most one interval from now. */
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
