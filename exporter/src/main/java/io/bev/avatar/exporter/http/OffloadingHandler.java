package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a handler on another pool, so that the server threads stay free to read requests and answer health checks.
 * Responds with 503 if the pool is full.
 */
final class OffloadingHandler implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(OffloadingHandler.class);

    private final HttpHandler worker;
    private final Executor pool;

    OffloadingHandler(HttpHandler worker, Executor pool) {
        this.worker = worker;
        this.pool = pool;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            pool.execute(() -> run(exchange));
        } catch (RejectedExecutionException e) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            Responses.text(exchange, 503, "too many concurrent requests: retry later");
        }
    }

    private void run(HttpExchange exchange) {
        try (exchange) {
            work(exchange);
        }
    }

    private void work(HttpExchange exchange) {
        try {
            worker.handle(exchange);
        } catch (IOException e) {
            LOG.debug("Client of {} disconnected: {}", exchange.getRequestURI().getPath(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("Request {} failed", exchange.getRequestURI().getPath(), e);
            answerFailure(exchange);
        }
    }

    private static void answerFailure(HttpExchange exchange) {
        if (exchange.getResponseCode() != -1) {
            return;
        }
        try {
            Responses.text(exchange, 500, "internal error: see the exporter's log");
        } catch (IOException e) {
            LOG.debug("Client disconnected: {}", e.getMessage());
        }
    }
}
