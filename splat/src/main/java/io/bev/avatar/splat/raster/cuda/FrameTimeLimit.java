package io.bev.avatar.splat.raster.cuda;

/** Time after which a frame counts as late: several times that of recent frames, so that slow devices are not always late. */
final class FrameTimeLimit {

    /** With a frame of the CPU after it still below 100 ms. */
    static final long MIN_NANOS = 50_000_000L;

    private static final int FACTOR = 3;
    /** The slowest frame is forgotten by a sixteenth with each frame. */
    private static final int FORGET_SHIFT = 4;

    private long slowestNanos;

    /** Records the duration of a complete frame. */
    void completed(long nanos) {
        slowestNanos = Math.max(nanos, slowestNanos - (slowestNanos >> FORGET_SHIFT));
    }

    long nanos() {
        return Math.max(MIN_NANOS, FACTOR * slowestNanos);
    }
}
