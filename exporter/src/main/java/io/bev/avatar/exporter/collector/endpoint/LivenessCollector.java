package io.bev.avatar.exporter.collector.endpoint;

import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;

/**
 * Collector {@code live}: whether the renderer responds to HTTP, with any status. Fast enough for every scrape; status
 * and response time are covered by {@link EndpointCollector}.
 *
 * <pre>
 * avatar_renderer_live 1
 * </pre>
 *
 * <p>No response is a valid sample, so the collection succeeds.
 */
public final class LivenessCollector implements Collector {

    private static final int MAX_BYTES = 64 * 1024;

    private final URI live;
    private final Duration timeout;
    private final BoundedHttpClient http;

    /** @param renderer base URL of the renderer */
    public LivenessCollector(URI renderer, Duration timeout, BoundedHttpClient http) {
        this.live = URI.create(renderer.toString().replaceAll("/+$", "") + "/health/live");
        this.timeout = timeout;
        this.http = http;
    }

    @Override
    public String name() {
        return "live";
    }

    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        try {
            report(
                    out,
                    http.exchange(HttpRequest.newBuilder(live).build(), timeout, MAX_BYTES)
                                    .statusCode()
                            > 0);
        } catch (IOException e) {
            report(out, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            report(out, false);
            throw new PartialCollectionException("no response from " + live + " within the scrape timeout", e);
        }
    }

    @Override
    public void reportUnreachable(MetricSink out) {
        report(out, false);
    }

    private static void report(MetricSink out, boolean live) {
        out.gauge("avatar_renderer_live", "1 if the renderer responds to HTTP, with any status", live ? 1 : 0);
    }
}
