package io.bev.avatar.exporter.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Timeout of a scrape: the value of {@code X-Prometheus-Scrape-Timeout-Seconds} less a margin for the response, or the
 * configured timeout without that header.
 */
final class ScrapeTimeout {

    static final String HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

    private static final double MAX_MARGIN_SECONDS = 0.5;
    private static final double MARGIN_SHARE = 0.2;
    /** Upper limit; the response must be complete before the HTTP server's timeout. */
    static final double MAX_SECONDS = 30;

    private ScrapeTimeout() {}

    static Duration of(@Nullable String header, Duration configured) {
        if (header == null) {
            return configured;
        }
        double seconds;
        try {
            seconds = Double.parseDouble(header.strip());
        } catch (NumberFormatException e) {
            return configured;
        }
        if (!(seconds > 0)) {
            return configured;
        }
        seconds = Math.min(seconds, MAX_SECONDS);
        double margin = Math.min(MAX_MARGIN_SECONDS, seconds * MARGIN_SHARE);
        return Duration.ofNanos(Math.round((seconds - margin) * 1e9));
    }
}
