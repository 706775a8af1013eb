package io.bev.avatar.renderer;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.frame.FrameStats.Snapshot;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line per hour in the log with the rendering performance of that hour; it starts with {@code performance:}. */
final class PerformanceLog {

    private static final long INTERVAL_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final double PERCENTILE = 0.95;

    private static final Logger LOG = LoggerFactory.getLogger(PerformanceLog.class);

    private final Ticker ticker;
    private long startNanos;
    private Snapshot start;

    PerformanceLog(Ticker ticker, Snapshot start) {
        this.ticker = ticker;
        this.start = start;
        startNanos = ticker.nanos();
    }

    /** Logs the line if an hour has passed. */
    void update(Snapshot now, int viewers, String backend) {
        line(now, viewers, backend).ifPresent(LOG::info);
    }

    /** The line, if an hour has passed since the last one. */
    Optional<String> line(Snapshot now, int viewers, String backend) {
        long elapsed = ticker.nanos() - startNanos;
        if (elapsed < INTERVAL_NANOS) {
            return Optional.empty();
        }
        long frames = now.rendered() - start.rendered();
        double seconds = elapsed / 1e9;
        String times = frames == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", mean %.1f ms, 95 %% within %s",
                        1e3 * (now.durationSumSeconds() - start.durationSumSeconds()) / frames,
                        percentile(now));
        Runtime jvm = Runtime.getRuntime();
        String text = String.format(
                Locale.ROOT,
                "performance: %d frames in %.0f min, %.1f fps%s, %d deadlines missed, %d frames skipped, %d failed,"
                        + " %d viewers, backend %s, heap %d MiB",
                frames,
                seconds / 60,
                frames / seconds,
                times,
                now.deadlineMisses() - start.deadlineMisses(),
                now.skipped() - start.skipped(),
                now.failed() - start.failed(),
                viewers,
                backend,
                (jvm.totalMemory() - jvm.freeMemory()) >> 20);
        start = now;
        startNanos += elapsed;
        return Optional.of(text);
    }

    /** Upper bound of the histogram bucket with the percentile of this hour's frame times. */
    private String percentile(Snapshot now) {
        double[] bounds = now.boundsSeconds();
        long total = 0;
        for (int i = 0; i < now.bucketCounts().length; i++) {
            total += now.bucketCounts()[i] - start.bucketCounts()[i];
        }
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            below += now.bucketCounts()[i] - start.bucketCounts()[i];
            if (below >= PERCENTILE * total) {
                return String.format(Locale.ROOT, "%.1f ms", 1e3 * bounds[i]);
            }
        }
        return String.format(Locale.ROOT, "more than %.1f ms", 1e3 * bounds[bounds.length - 1]);
    }
}
