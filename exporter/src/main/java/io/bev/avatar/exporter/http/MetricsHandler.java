package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.exporter.collector.Exposition;
import io.bev.avatar.exporter.collector.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** {@code GET /metrics}: one scrape, as text 0.0.4 or OpenMetrics, compressed if the client accepts it. */
final class MetricsHandler implements HttpHandler {

    private final Exposition exposition;
    private final Duration timeout;

    MetricsHandler(Exposition exposition, Duration timeout) {
        this.exposition = exposition;
        this.timeout = timeout;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Set<String> wanted;
        try {
            wanted = CollectorFilter.wanted(exchange.getRequestURI().getRawQuery(), exposition.collectors());
        } catch (IllegalArgumentException e) {
            Responses.text(exchange, 400, String.valueOf(e.getMessage()));
            return;
        }
        Duration scrapeTimeout = ScrapeTimeout.of(exchange.getRequestHeaders().getFirst(ScrapeTimeout.HEADER), timeout);
        TextFormat format = ExpositionFormat.choose(exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
        boolean gzip = acceptsGzip(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
        ByteArrayOutputStream body = new ByteArrayOutputStream(gzip ? 48 * 1024 : 256 * 1024);
        try {
            format.write(exposition.scrape(wanted, scrapeTimeout), gzip ? new FastGzip(body) : body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Responses.text(exchange, 503, "the exporter is stopping");
            return;
        }
        if (gzip) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        exchange.getResponseHeaders().set("Vary", "Accept, Accept-Encoding");
        Responses.send(exchange, 200, format.contentType(), body.toByteArray());
    }

    private static boolean acceptsGzip(@Nullable String acceptEncoding) {
        if (acceptEncoding == null) {
            return false;
        }
        for (String coding : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = coding.split(";", 2);
            if (parts[0].strip().equals("gzip")) {
                return parts.length < 2 || !parts[1].strip().matches("q=0(\\.0*)?");
            }
        }
        return false;
    }

    /**
     * Fastest level: compresses exposition text to a sixth; the best level takes four times as long for little gain.
     */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
