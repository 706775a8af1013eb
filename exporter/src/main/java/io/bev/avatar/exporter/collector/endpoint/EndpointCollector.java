package io.bev.avatar.exporter.collector.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.CertificateExpiry;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Collector {@code endpoint}: the renderer's {@code /health}, requested as any client would.
 *
 * <pre>
 * avatar_endpoint_up 1
 * avatar_endpoint_response_seconds 0.002
 * avatar_endpoint_info{status="ok",code="200"} 1
 * </pre>
 *
 * <p>Up means HTTP 200, which the renderer also returns while degraded. Without a response there is no response time.
 *
 * <p>A response may take longer than a scrape; it is then awaited across scrapes. Meanwhile the latest result, unless
 * older than {@link #LAST_RESULT_MAX_AGE}, is reported, with the response time of that result or the time elapsed so
 * far, whichever is longer. A slow endpoint is thus visible immediately, and it is down when no response arrives within
 * the timeout.
 */
public final class EndpointCollector implements Collector {

    /** Maximum age of a result reported while the next one is pending. */
    static final Duration LAST_RESULT_MAX_AGE = Duration.ofMinutes(1);

    private static final int MAX_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int MAX_STATUS_LENGTH = 32;

    private final URI health;
    private final Duration timeout;
    private final BoundedHttpClient http;
    private final Ticker ticker;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(DaemonThreads.factory("health-probe"));

    private Optional<Probe> pending = Optional.empty();
    private Optional<ProbeResult> last = Optional.empty();

    /** A request in progress; time of the ticker in nanoseconds. */
    private record Probe(long sinceNanos, Future<ProbeResult> result) {}

    /**
     * Result of a request.
     *
     * @param atNanos time of the result by the ticker
     * @param seconds response time; empty without a response
     * @param status status in the response body
     * @param code HTTP status code; 0 without a response
     * @param failure cause of a missing response
     * @param certificateExpiry end of validity of the certificates; empty without TLS
     */
    private record ProbeResult(
            long atNanos,
            OptionalDouble seconds,
            String status,
            int code,
            Optional<IOException> failure,
            Optional<Instant> certificateExpiry) {}

    /**
     * @param renderer base URL of the renderer
     * @param timeout timeout after which the endpoint is down
     */
    public EndpointCollector(URI renderer, Duration timeout, BoundedHttpClient http, Ticker ticker) {
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
        Optional<Probe> open = pending;
        pending = Optional.empty();
        if (open.isPresent() && open.get().result().isDone()) {
            // The request finished between two scrapes.
            last = Optional.of(result(open.get()));
            open = Optional.empty();
        }
        Probe probe = open.orElseGet(this::startProbe);
        try {
            ProbeResult result = await(probe);
            last = Optional.of(result);
            report(out, result, 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            pending = Optional.of(probe);
            reportPending(out, (ticker.nanos() - probe.sinceNanos()) * 1e-9);
        }
    }

    private Probe startProbe() {
        long start = ticker.nanos();
        return new Probe(start, executor.submit(() -> request(start)));
    }

    private ProbeResult request(long startNanos) throws InterruptedException {
        try {
            HttpResponse<String> response =
                    http.exchange(HttpRequest.newBuilder(health).build(), timeout, MAX_BYTES);
            long now = ticker.nanos();
            return new ProbeResult(
                    now,
                    OptionalDouble.of((now - startNanos) * 1e-9),
                    status(response.body()),
                    response.statusCode(),
                    Optional.empty(),
                    response.sslSession().flatMap(CertificateExpiry::earliest));
        } catch (IOException e) {
            return new ProbeResult(ticker.nanos(), OptionalDouble.empty(), "", 0, Optional.of(e), Optional.empty());
        }
    }

    private static ProbeResult await(Probe probe) throws InterruptedException {
        try {
            return probe.result().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the health request failed", e.getCause());
        }
    }

    private static ProbeResult result(Probe probe) {
        try {
            return await(probe);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while reading a finished result", e);
        }
    }

    /** Reports the latest result while a request is pending, with {@code soFarSeconds} as minimum response time. */
    private void reportPending(MetricSink out, double soFarSeconds) throws PartialCollectionException {
        long oldest = ticker.nanos() - LAST_RESULT_MAX_AGE.toNanos();
        Optional<ProbeResult> known = last.filter(result -> result.atNanos() - oldest >= 0);
        if (known.isEmpty()) {
            up(out, 0);
            throw new PartialCollectionException("no response from " + health + " in time");
        }
        report(out, known.get(), soFarSeconds);
    }

    private void report(MetricSink out, ProbeResult result, double atLeastSeconds) throws PartialCollectionException {
        up(out, result.code() == OK ? 1 : 0);
        CertificateExpiry.report(out, "page", result.certificateExpiry());
        double seconds = Math.max(result.seconds().orElse(0), atLeastSeconds);
        if (seconds > 0 || result.seconds().isPresent()) {
            out.gauge(
                    "avatar_endpoint_response_seconds",
                    "Response time of the health endpoint, or the time elapsed so far if longer",
                    seconds);
        }
        if (result.failure().isPresent()) {
            IOException failure = result.failure().get();
            throw new PartialCollectionException(
                    "no response from " + health + ": " + failure.getMessage()
                            + "; see 'systemctl status bev-advanced-avatar'",
                    failure);
        }
        out.gauge(
                "avatar_endpoint_info",
                "Always 1; labels give the status in the health response and its HTTP status code",
                1,
                "status",
                result.status(),
                "code",
                String.valueOf(result.code()));
        if (result.code() != OK) {
            throw new PartialCollectionException(
                    health + " returned HTTP " + result.code() + ", status " + result.status());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private static void up(MetricSink out, int value) {
        out.gauge("avatar_endpoint_up", "1 if the renderer's health endpoint returns HTTP 200", value);
    }

    /** The value of "status"; {@code unknown} for an unexpected response. */
    private static String status(String body) {
        try {
            JsonNode status = JsonTrees.JSON.read(body).path("status");
            String value = status.asText("").toLowerCase(Locale.ROOT);
            return value.matches("[a-z_]{1," + MAX_STATUS_LENGTH + "}") ? value : "unknown";
        } catch (JsonProcessingException e) {
            return "unknown";
        }
    }
}
