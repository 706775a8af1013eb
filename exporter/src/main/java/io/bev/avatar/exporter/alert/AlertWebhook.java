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
 * {@code POST /alerts} for Alertmanager. 200 once every event is durable, 503 when it is not and should be sent again; 400,
 * 401, 403 and the guard's answers for what will never be accepted, since Alertmanager repeats only 5xx.
 */
public final class AlertWebhook implements HttpHandler, Consumer<MetricSink>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertWebhook.class);

    private static final int LARGEST_BODY = 1 << 20;
    private static final int SPOOL_CAPACITY = 10_000;
    private static final int METHOD_NOT_ALLOWED = 405;

    private final RequestGuard guard;
    private final Optional<BearerToken> token;
    private final DurableAlertQueue intake;
    private final Clock clock;
    private final List<Consumer<List<AlertEvent>>> listeners = new CopyOnWriteArrayList<>();

    AlertWebhook(RequestGuard guard, Optional<BearerToken> token, DurableAlertQueue intake, Clock clock) {
        this.guard = guard;
        this.token = token;
        this.intake = intake;
        this.clock = clock;
    }

    /**
     * @param link to Redis, where events are published; empty where there is none
     * @param tokenFile holds the bearer token; without it everything is refused
     * @param spoolFile where events wait while Redis is away
     * @param activeFor how long an alert counts as firing without another notification
     * @throws IOException when an old spool cannot be read
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
        DurableAlertQueue intake = new DurableAlertQueue(store, new AlertSpool(spoolFile, SPOOL_CAPACITY));
        return new AlertWebhook(guard, tokenFile.map(BearerToken::new), intake, clock);
    }

    /** Whether there is a token, without which everything is refused. */
    public boolean isOpen() {
        return token.isPresent();
    }

    /** Calls {@code listener} with what Alertmanager sent, once it is durable and before Alertmanager hears so. */
    public void onAlerts(Consumer<List<AlertEvent>> listener) {
        listeners.add(listener);
    }

    /** What the exporter itself has to tell goes the same way as what it is told. */
    public AlertPublisher publisher() {
        return intake::publish;
    }

    /** Keeps what Redis holds as firing in step with Alertmanager. */
    public AlertReconciler reconciliation(Optional<RedisConnection> link, AlertmanagerClient alertmanager) {
        return new AlertReconciler(alertmanager, link.map(RedisActiveAlerts::new), intake, clock);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Optional<RequestGuard.Rejection> refused =
                guard.checkJsonPost(exchange.getRequestMethod(), exchange.getRequestHeaders()::getFirst, LARGEST_BODY);
        if (refused.isPresent()) {
            if (refused.get().status() == METHOD_NOT_ALLOWED) {
                exchange.getResponseHeaders().set("Allow", "POST");
            }
            Responses.text(exchange, refused.get().status(), refused.get().reason());
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
            LOG.warn("an alert notification is refused: {}", e.getMessage());
            Responses.text(exchange, 400, String.valueOf(e.getMessage()));
            return;
        }
        try {
            intake.accept(events);
        } catch (IOException e) {
            LOG.error("alerts could be neither published nor kept on disk: {}", e.getMessage());
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
            Responses.text(exchange, 403, "the webhook is closed: set exporter.alert-token-file");
            return false;
        }
        try {
            if (token.get().matches(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return true;
            }
        } catch (IOException e) {
            LOG.error("the alert token cannot be read: {}", e.toString());
            Responses.text(exchange, 503, "the token cannot be read: see the exporter's log");
            return false;
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        Responses.text(exchange, 401, "a valid bearer token is required");
        return false;
    }

    @Override
    public void accept(MetricSink out) {
        intake.accept(out);
    }

    @Override
    public void close() {
        intake.close();
    }
}
