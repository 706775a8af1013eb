package io.bev.avatar.exporter.alert;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.http.Responses;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /alerts} for Alertmanager. 200 once every event is durable; 503 if it is not and should be sent again;
 * 400, 401, 403 and the responses of {@link RequestGuard} for requests that will never be accepted, since Alertmanager
 * retries only 5xx.
 */
public final class AlertWebhook implements HttpHandler, Consumer<MetricSink>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertWebhook.class);

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int SPOOL_CAPACITY = 10_000;
    private static final int METHOD_NOT_ALLOWED = 405;

    private final RequestGuard guard;
    private final Optional<BearerToken> token;
    private final DurableAlertQueue queue;
    private final Clock clock;
    private final List<Consumer<List<AlertEvent>>> listeners = new CopyOnWriteArrayList<>();

    AlertWebhook(RequestGuard guard, Optional<BearerToken> token, DurableAlertQueue queue, Clock clock) {
        this.guard = guard;
        this.token = token;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * @param link connection to Redis, where events are published; empty if Redis is disabled
     * @param tokenFile file with the bearer token; without it every request is rejected
     * @param spoolFile file in which events are queued while Redis is unreachable
     * @param activeFor time after which an alert without another notification no longer counts as firing
     * @throws IOException if an existing spool cannot be read
     */
    public static AlertWebhook over(
            Optional<RedisConnection> link,
            RequestGuard guard,
            Optional<Path> tokenFile,
            Path spoolFile,
            Duration activeFor,
            Clock clock)
            throws IOException {
        AlertStore store = link.<AlertStore>map(redis -> new RedisAlertStore(redis, activeFor, clock))
                .orElse(AlertStore.NOWHERE);
        DurableAlertQueue queue = new DurableAlertQueue(store, new AlertSpool(spoolFile, SPOOL_CAPACITY));
        return new AlertWebhook(guard, tokenFile.map(BearerToken::new), queue, clock);
    }

    /** Whether a token is configured; without one every request is rejected. */
    public boolean isOpen() {
        return token.isPresent();
    }

    /**
     * Adds a listener for received alerts, called once they are durable and before Alertmanager receives the response.
     */
    public void onAlerts(Consumer<List<AlertEvent>> listener) {
        listeners.add(listener);
    }

    /** Publisher for the exporter's own alerts, which use the same queue. */
    public AlertPublisher publisher() {
        return queue::publish;
    }

    /** Creates the reconciliation of the active alerts in Redis with Alertmanager. */
    public AlertReconciler reconciliation(Optional<RedisConnection> link, AlertmanagerClient alertmanager) {
        return new AlertReconciler(alertmanager, link.map(RedisActiveAlerts::new), queue, clock);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Optional<RequestGuard.Rejection> rejection = guard.checkJsonPost(
                exchange.getRequestMethod(), exchange.getRequestHeaders()::getFirst, MAX_BODY_BYTES);
        if (rejection.isPresent()) {
            if (rejection.get().status() == METHOD_NOT_ALLOWED) {
                exchange.getResponseHeaders().set("Allow", "POST");
            }
            Responses.text(exchange, rejection.get().status(), rejection.get().reason());
            return;
        }
        if (!authorized(exchange)) {
            return;
        }
        int length = Integer.parseInt(exchange.getRequestHeaders().getFirst("Content-Length"));
        byte[] body = exchange.getRequestBody().readNBytes(length);
        List<AlertEvent> events;
        try {
            events = WebhookMessage.parse(body, clock.instant());
        } catch (IllegalArgumentException e) {
            LOG.warn("Rejected an alert notification: {}", e.getMessage());
            Responses.text(exchange, 400, String.valueOf(e.getMessage()));
            return;
        }
        try {
            queue.accept(events);
        } catch (IOException e) {
            LOG.error("Alerts could be neither published nor queued on disk: {}", e.getMessage());
            Responses.text(exchange, 503, "not stored: send again");
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Responses.text(exchange, 503, "the exporter is stopping: send again");
            return;
        }
        listeners.forEach(listener -> listener.accept(events));
        Responses.text(exchange, 200, events.size() + " accepted");
    }

    private boolean authorized(HttpExchange exchange) throws IOException {
        if (token.isEmpty()) {
            Responses.text(exchange, 403, "the alert webhook is disabled: set exporter.alert-token-file");
            return false;
        }
        try {
            if (token.get().matches(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return true;
            }
        } catch (IOException e) {
            LOG.error("Cannot read the alert token: {}", e.toString());
            Responses.text(exchange, 503, "the token cannot be read: see the exporter's log");
            return false;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        Responses.text(exchange, 401, "a valid bearer token is required");
        return false;
    }

    @Override
    public void accept(MetricSink out) {
        queue.accept(out);
    }

    @Override
    public void close() {
        queue.close();
    }
}
