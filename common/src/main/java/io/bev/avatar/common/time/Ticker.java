package io.bev.avatar.common.time;

/** A monotonic time source in nanoseconds, for durations and deadlines; unaffected by wall-clock jumps. */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since an arbitrary origin; only differences mean anything. */
    long nanos();

    /** {@link System#nanoTime()}. */
    static Ticker system() {
        return System::nanoTime;
    }
}
