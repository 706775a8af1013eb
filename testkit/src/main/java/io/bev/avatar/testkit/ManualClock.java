package io.bev.avatar.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** Clock controlled by the test. */
public final class ManualClock extends Clock {

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final AtomicLong passedNanos = new AtomicLong();

    public void pass(Duration time) {
        now = now.plus(time);
        passedNanos.addAndGet(time.toNanos());
    }

    /** Sets the wall clock forward without elapsed time, as an administrator does. */
    public void set(Duration further) {
        now = now.plus(further);
    }

    /** Monotonic time in nanoseconds, advanced only by {@link #pass}. */
    public long nanos() {
        return passedNanos.get();
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
