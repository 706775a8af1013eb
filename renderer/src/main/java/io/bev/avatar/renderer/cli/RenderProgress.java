package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.time.Ticker;
import java.io.PrintWriter;

/** Progress of a sequence, one line every two seconds. */
final class RenderProgress {

    private static final long INTERVAL_NANOS = 2_000_000_000L;

    private final PrintWriter out;
    private final Ticker ticker;
    private final int total;
    private long first;
    private long last;

    RenderProgress(PrintWriter out, Ticker ticker, int total) {
        this.out = out;
        this.ticker = ticker;
        this.total = total;
        this.last = ticker.nanos();
    }

    /** Reports that {@code done} images are written. */
    void report(int done) {
        long now = ticker.nanos();
        if (done == 1) {
            // It takes seconds until the code is compiled: no measure of the others.
            first = now;
        }
        if (done < total && now - last < INTERVAL_NANOS) {
            return;
        }
        last = now;
        out.println(
                "render: " + done + " of " + total + " images" + (done == 1 || done == total ? "" : left(now, done)));
        out.flush();
    }

    private String left(long now, int done) {
        return ", " + Math.round((now - first) / 1e9 * (total - done) / (done - 1)) + " s left";
    }
}
