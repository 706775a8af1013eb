package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Framebuffer;

/**
 * Renders with a plain kernel until the JIT has compiled a better one. Uncompiled, each vector instruction is a call
 * that allocates an object, and the vector kernel is a hundred times slower than the scalar one: the first frame would
 * take a second. So the better kernel is run on a few Gaussians of a tile at a time, as a trial, long enough for the
 * compiler, and is used once it is faster than the plain one at the same work.
 */
final class WarmupTileRenderer implements TileRenderer {

    /** Gaussians in a trial. */
    static final int TRIAL = 16;

    /** Fraction (1/n) of a thread's time that trials may take. */
    static final int SHARE = 4;

    /** Time without trials, so that the first frame is not delayed. */
    static final long HEAD_START_NANOS = 100_000_000;

    /** Consecutive trials that must be won; a single win may be due to an interruption of the plain kernel's thread. */
    static final int WINS = 3;

    private final KernelTileRenderer plain;
    private final KernelTileRenderer better;
    private final Ticker ticker;
    private KernelTileRenderer current;
    private boolean started;
    private long nextTrialNanos;
    private int wins;

    WarmupTileRenderer(KernelTileRenderer plain, KernelTileRenderer better, Ticker ticker) {
        this.plain = plain;
        this.better = better;
        this.ticker = ticker;
        current = plain;
    }

    @Override
    public void render(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target) {
        if (current == plain && end - from >= TRIAL && isDue()) {
            compare(records, list, from, x, y, target);
        }
        current.render(records, list, from, end, x, y, target);
    }

    private boolean isDue() {
        long now = ticker.nanos();
        if (!started) {
            started = true;
            nextTrialNanos = now + HEAD_START_NANOS;
        }
        return now - nextTrialNanos >= 0;
    }

    private void compare(float[] records, int[] list, int from, int x, int y, Framebuffer target) {
        long start = ticker.nanos();
        better.blend(records, list, from, from + TRIAL, x, y, target);
        long between = ticker.nanos();
        plain.blend(records, list, from, from + TRIAL, x, y, target);
        long end = ticker.nanos();
        wins = between - start < end - between ? wins + 1 : 0;
        if (wins == WINS) {
            current = better;
        }
        nextTrialNanos = end + (SHARE - 1) * (end - start);
    }
}
