package io.bev.avatar.exporter.recovery;

import java.time.Instant;

/**
 * A frame rate that recovery has lowered.
 *
 * @param original what it was before, frames a second
 * @param step how far down: 0 is the original rate, {@link #STEPS} the lowest
 * @param changedAt when the last step was taken
 */
record ThrottleState(int original, int step, Instant changedAt) {

    /** Two thirds, half and a third of the original rate: each takes about as much load away. */
    private static final double[] SHARES = {1, 2 / 3.0, 1 / 2.0, 1 / 3.0};

    static final int STEPS = SHARES.length - 1;

    ThrottleState {
        if (original < 1 || step < 0 || step > STEPS) {
            throw new IllegalArgumentException("frame rate " + original + ", step " + step);
        }
    }

    /** Frames a second at this step. */
    int target() {
        return Math.max(1, (int) Math.round(original * SHARES[step]));
    }

    boolean lowest() {
        return step == STEPS || new ThrottleState(original, step + 1, changedAt).target() == target();
    }

    ThrottleState at(Instant now) {
        return new ThrottleState(original, step, now);
    }

    ThrottleState down(Instant now) {
        return new ThrottleState(original, Math.min(STEPS, step + 1), now);
    }

    ThrottleState up(Instant now) {
        return new ThrottleState(original, Math.max(0, step - 1), now);
    }
}
