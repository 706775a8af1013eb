package io.bev.avatar.exporter.collector.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.HttpSource;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;

/**
 * The renderer's {@code /health}, as anybody would ask for it.
 *
 * <pre>
 * avatar_endpoint_up 1
 * avatar_endpoint_response_seconds 0.002
 * avatar_endpoint_info{status="ok",code="200"} 1
 * </pre>
 *
 * <p>Up means an answer of 200, which is also given while degraded. Without any answer there is no response time.
 */
public final class EndpointCollector implements Collector {

    private static final int MAX_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int LONGEST_STATUS = 32;

    private final URI health;
    private final Duration timeout;
    private final HttpSource http;
    private final Ticker ticker;

    /** @param renderer base address of the renderer's page */
    public EndpointCollector(URI renderer, Duration timeout, HttpSource http, Ticker ticker) {
        this.health = URI.create(renderer.toString().replaceAll("/+$", "") + "/health");
        this.timeout = timeout;
        this.http = http;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "endpoint";
    }

    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        long start = ticker.nanos();
        HttpResponse<String> answer;
        try {
            answer = http.exchange(HttpRequest.newBuilder(health).build(), timeout, MAX_BYTES);
        } catch (IOException e) {
            up(out, 0);
            throw new PartialCollectionException(
                    "no answer from " + health + ": " + e.getMessage() + "; see 'systemctl status bev-advanced-avatar'",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            up(out, 0);
            throw new PartialCollectionException("no answer from " + health + " in time", e);
        }
        double seconds = (ticker.nanos() - start) * 1e-9;
        String status = status(answer.body());
        up(out, answer.statusCode() == OK ? 1 : 0);
        out.gauge("avatar_endpoint_response_seconds", "Time until the health answer was there", seconds);
        out.gauge(
                "avatar_endpoint_info",
                "1, with the status in the health answer and its HTTP code",
                1,
                "status",
                status,
                "code",
                String.valueOf(answer.statusCode()));
        if (answer.statusCode() != OK) {
            throw new PartialCollectionException(
                    health + " answers HTTP " + answer.statusCode() + ", status " + status);
        }
    }

    private static void up(MetricSink out, int value) {
        out.gauge("avatar_endpoint_up", "1 when the renderer's health answer is 200", value);
    }

    /** The word under "status", {@code unknown} where the answer has none such. */
    private static String status(String body) {
        try {
            JsonNode status = JsonTrees.JSON.read(body).path("status");
            String word = status.asText("").toLowerCase(Locale.ROOT);
            return word.matches("[a-z_]{1," + LONGEST_STATUS + "}") ? word : "unknown";
        } catch (JsonProcessingException e) {
            return "unknown";
        }
    }
}
