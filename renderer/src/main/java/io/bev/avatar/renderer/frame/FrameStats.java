package io.bev.avatar.renderer.frame;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.StageTimes;

/** Counters of the frame loop. Written by the render thread without allocation, read by any thread. */
public final class FrameStats {

    /** Upper bounds of the frame duration's buckets in seconds; the last bucket has none. */
    private static final double[] BOUNDS_SECONDS = {
        0.001, 0.002, 0.004, 0.006, 1.0 / 120, 0.012, 1.0 / 60, 0.025, 1.0 / 30, 0.05, 0.1, 0.25, 0.5, 1
    };

    private static final int RECENT_FRAMES = 512;
    private static final long FPS_WINDOW_NANOS = 2_000_000_000L;

    /**
     * A consistent copy of the counters.
     *
     * @param rendered frames rendered and presented
     * @param deadlineMisses rendered frames that finished after the next one was due
     * @param skipped ticks without a frame
     * @param failed frames that threw an exception
     * @param fps frames per second over the last two seconds
     * @param lastFrameNanos ticker time of the last presented frame; undefined before the first
     * @param boundsSeconds upper bounds of the duration buckets
     * @param bucketCounts frames in each bucket, not cumulative; one more than bounds
     * @param durationSumSeconds of all frames
     * @param stageLastNanos by {@link Stage#index()}
     * @param stageSumNanos by {@link Stage#index()}
     */
    public record Snapshot(
            long rendered,
            long deadlineMisses,
            long skipped,
            long failed,
            double fps,
            long lastFrameNanos,
            double[] boundsSeconds,
            long[] bucketCounts,
            double durationSumSeconds,
            long[] stageLastNanos,
            long[] stageSumNanos) {}

    private final Ticker ticker;
    private final long[] boundsNanos = new long[BOUNDS_SECONDS.length];
    private final long[] buckets = new long[BOUNDS_SECONDS.length + 1];
    private final long[] stageLast = new long[Stage.values().length];
    private final long[] stageSum = new long[Stage.values().length];
    private final long[] recentNanos = new long[RECENT_FRAMES];
    private long rendered;
    private long missed;
    private long skipped;
    private long failed;
    private long presented;
    private long durationSumNanos;

    public FrameStats(Ticker ticker) {
        this.ticker = ticker;
        for (int i = 0; i < boundsNanos.length; i++) {
            boundsNanos[i] = Math.round(BOUNDS_SECONDS[i] * 1e9);
        }
    }

    /** A frame was rendered and presented. */
    public synchronized void rendered(long nowNanos, long durationNanos, StageTimes times) {
        rendered++;
        durationSumNanos += durationNanos;
        int bucket = 0;
        while (bucket < boundsNanos.length && durationNanos > boundsNanos[bucket]) {
            bucket++;
        }
        buckets[bucket]++;
        stage(Stage.RIG, times.rigNanos);
        stage(Stage.PROJECT, times.projectNanos);
        stage(Stage.SORT, times.sortNanos);
        stage(Stage.BLEND, times.blendNanos);
        stage(Stage.COPY, times.copyNanos);
        stage(Stage.ENCODE, times.encodeNanos);
        presented(nowNanos);
    }

    /** The last frame was presented again. */
    public synchronized void presented(long nowNanos) {
        recentNanos[(int) (presented++ % RECENT_FRAMES)] = nowNanos;
    }

    /** Records whether the frame missed its deadline and the ticks skipped. */
    public synchronized void paced(boolean missedDeadline, long skippedTicks) {
        if (missedDeadline) {
            missed++;
        }
        skipped += skippedTicks;
    }

    /** A frame threw an exception. */
    public synchronized void failed() {
        failed++;
    }

    private void stage(Stage stage, long nanos) {
        stageLast[stage.index()] = nanos;
        stageSum[stage.index()] += nanos;
    }

    public synchronized Snapshot snapshot() {
        long last = presented == 0 ? 0 : recentNanos[(int) ((presented - 1) % RECENT_FRAMES)];
        return new Snapshot(
                rendered,
                missed,
                skipped,
                failed,
                fps(ticker.nanos()),
                last,
                BOUNDS_SECONDS.clone(),
                buckets.clone(),
                durationSumNanos / 1e9,
                stageLast.clone(),
                stageSum.clone());
    }

    /** Time since the last presented frame in nanoseconds; -1 before the first. */
    public synchronized long lastFrameAgeNanos() {
        return presented == 0 ? -1 : ticker.nanos() - recentNanos[(int) ((presented - 1) % RECENT_FRAMES)];
    }

    private double fps(long now) {
        int available = (int) Math.min(presented, RECENT_FRAMES);
        int inWindow = 0;
        long oldest = now;
        while (inWindow < available) {
            long at = recentNanos[(int) ((presented - 1 - inWindow) % RECENT_FRAMES)];
            if (now - at > FPS_WINDOW_NANOS) {
                break;
            }
            oldest = at;
            inWindow++;
        }
        if (inWindow < 2) {
            return inWindow * 1e9 / FPS_WINDOW_NANOS;
        }
        long newest = recentNanos[(int) ((presented - 1) % RECENT_FRAMES)];
        // The rate of a stopped loop decays instead of staying at its last value.
        long span = Math.max(newest - oldest, now - oldest - (newest - oldest) / (inWindow - 1));
        return span <= 0 ? 0 : (inWindow - 1) * 1e9 / span;
    }
}
