package io.bev.avatar.exporter.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a scrape may take: what Prometheus grants in {@code X-Prometheus-Scrape-Timeout-Seconds} less a margin for the way
 * back, else the configured time.
 */
final class ScrapeTimeout {

    static final String HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

    private static final double LARGEST_MARGIN_SECONDS = 0.5;
    private static final double MARGIN_SHARE = 0.2;
    /** Longer than any sensible scrape; an answer must be out before the HTTP server's time limit ends it. */
    static final double LONGEST_SECONDS = 30;

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
        seconds = Math.min(seconds, LONGEST_SECONDS);
        double margin = Math.min(LARGEST_MARGIN_SECONDS, seconds * MARGIN_SHARE);
        return Duration.ofNanos(Math.round((seconds - margin) * 1e9));
    }
}
