package io.bev.avatar.exporter.recovery;

import java.time.Instant;

/**
 * Frame rate lowered by recovery.
 *
 * @param original target before the first step, in fps
 * @param step 0 is the original rate, {@link #STEPS} the lowest
 * @param changedAt time of the last step
 */
record ThrottleState(int original, int step, Instant changedAt) {

    /** Two thirds, half and a third of the original rate: each step removes a similar load. */
    private static final double[] SHARES = {1, 2 / 3.0, 1 / 2.0, 1 / 3.0};

    static final int STEPS = SHARES.length - 1;

    ThrottleState {
        if (original < 1 || step < 0 || step > STEPS) {
            throw new IllegalArgumentException("frame rate " + original + ", step " + step);
        }
    }

    /** Target at this step, in fps. */
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
