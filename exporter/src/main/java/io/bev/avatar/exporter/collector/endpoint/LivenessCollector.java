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
 * Whether anybody answers at the renderer's page, whatever the answer. Quick enough for every scrape, where the answer's content
 * and the time that it may take are left to {@link EndpointCollector}.
 *
 * <pre>
 * avatar_renderer_live 1
 * </pre>
 *
 * <p>No answer is a reading too, so the collection succeeds.
 */
public final class LivenessCollector implements Collector {

    private static final int MAX_BYTES = 64 * 1024;

    private final URI live;
    private final Duration timeout;
    private final BoundedHttpClient http;

    /** @param renderer base address of the renderer's page */
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
            tell(
                    out,
                    http.exchange(HttpRequest.newBuilder(live).build(), timeout, MAX_BYTES)
                                    .statusCode()
                            > 0);
        } catch (IOException e) {
            tell(out, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tell(out, false);
            throw new PartialCollectionException("no answer from " + live + " in this scrape's time", e);
        }
    }

    private static void tell(MetricSink out, boolean live) {
        out.gauge("avatar_renderer_live", "1 when the renderer's page answers, whatever it says", live ? 1 : 0);
    }
}
