package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.splat.raster.Framebuffer;

/**
 * Paints with a plain kernel until Java has compiled a better one. Uncompiled, each vector instruction is a call that makes an
 * object, and the vector kernel a hundred times slower than its scalar twin: the first frame would take a second. So it gets a
 * few Gaussians of a tile at a time, on trial, for as much time as lets the compiler see what it needs, and paints once it has
 * proved faster than the plain one at the same work.
 */
final class WarmupTileRenderer implements TileRenderer {

    /** Gaussians in a trial. */
    static final int TRIAL = 16;

    /** Part of a thread's time that trials may take. */
    static final int SHARE = 4;

    /** No trial before: the first frame is waited for. */
    static final long HEAD_START_NANOS = 100_000_000;

    /** Trials in a row that must be won; one may be luck, when the plain kernel's thread was interrupted. */
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
    public void paint(float[] records, int[] list, int from, int end, int x, int y, Framebuffer target) {
        if (current == plain && end - from >= TRIAL && isDue()) {
            compare(records, list, from, x, y, target);
        }
        current.paint(records, list, from, end, x, y, target);
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
