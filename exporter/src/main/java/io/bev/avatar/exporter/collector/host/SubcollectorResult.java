package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.SeriesCache;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of one subcollector.
 *
 * @param seconds duration
 * @param failure why its source could not be read; null for success
 * @param absent whether this host lacks its source
 * @param skipped number of entries that could not be read
 * @param firstSkipped the first of them and why; blank without one
 */
record SubcollectorResult(
        String name,
        MetricSink samples,
        double seconds,
        @Nullable Exception failure,
        boolean absent,
        int skipped,
        String firstSkipped) {

    /** @param series series of the subcollector's previous run */
    static SubcollectorResult of(
            String name, HostSubcollector part, HostFiles files, SeriesCache series, Ticker ticker) {
        long start = ticker.nanos();
        MetricSink samples = new MetricSink(series);
        Exception failure = null;
        boolean absent = false;
        try {
            part.read(files, samples);
        } catch (SourceAbsentException e) {
            absent = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        } catch (Exception e) {
            failure = e;
        } catch (LinkageError e) {
            // A system without the C library's function, or one that does not let the library load.
            failure = new IOException("native code cannot be loaded: " + ErrorText.of(e), e);
        }
        return new SubcollectorResult(
                name, samples, (ticker.nanos() - start) / 1e9, failure, absent, files.skipped(), files.firstSkipped());
    }

    /** A subcollector that did not return in time. */
    static SubcollectorResult late(String name, double seconds, Exception failure) {
        return new SubcollectorResult(name, new MetricSink(), seconds, failure, false, 0, "");
    }

    void write(MetricSink out) {
        if (absent) {
            return;
        }
        if (failure == null) {
            out.addAll(samples);
        }
        out.gauge(
                "node_scrape_collector_success",
                "node_exporter: Whether a collector succeeded.",
                failure == null ? 1 : 0,
                "collector",
                name);
        out.gauge(
                "node_scrape_collector_duration_seconds",
                "node_exporter: Duration of a collector scrape.",
                seconds,
                "collector",
                name);
        if (skipped > 0) {
            out.gauge(
                    "avatar_exporter_host_skipped_entries",
                    "Entries of the collector's files that could not be read or parsed in this scrape; absent if none.",
                    skipped,
                    "collector",
                    name);
        }
    }
}
