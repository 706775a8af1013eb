package io.bev.avatar.exporter.alert;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.http.PasswordThrottle;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.http.Responses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /alerts} for Alertmanager: parses the notification and passes its events to the
 * {@link DurableAlertQueue}. 200 once every event is durable; 503 if it is not and should be sent again;
 * 400, 401, 403 and the responses of {@link RequestGuard} for requests that will never be accepted, since Alertmanager
 * retries only 5xx.
 */
public final class AlertWebhook implements HttpHandler, Consumer<MetricSink> {

    private static final Logger LOG = LoggerFactory.getLogger(AlertWebhook.class);

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TOO_LARGE = 413;

    private final RequestGuard guard;
    private final Optional<BearerToken> token;
    private final DurableAlertQueue queue;
    private final Clock clock;
    private final PasswordThrottle throttle = new PasswordThrottle("alert webhook", Ticker.system());
    private final Map<Integer, Long> rejections = new ConcurrentSkipListMap<>(Map.of(TOO_LARGE, 0L));

    /** @param tokenFile file with the bearer token; without it every request is rejected */
    public AlertWebhook(RequestGuard guard, Optional<Path> tokenFile, DurableAlertQueue queue, Clock clock) {
        this.guard = guard;
        this.token = tokenFile.map(BearerToken::new);
        this.queue = queue;
        this.clock = clock;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Optional<RequestGuard.Rejection> rejection = guard.checkJsonPost(
                exchange.getRequestMethod(), exchange.getRequestHeaders()::getFirst, MAX_BODY_BYTES);
        if (rejection.isPresent()) {
            if (rejection.get().status() == TOO_LARGE && authorized(exchange)) {
                LOG.warn(
                        "Rejected an alert notification: {}; its alerts are lost. Set max_alerts of the webhook in"
                                + " Alertmanager's configuration",
                        rejection.get().reason());
            } else if (rejection.get().status() == TOO_LARGE) {
                return;
            }
            if (rejection.get().status() == METHOD_NOT_ALLOWED) {
                exchange.getResponseHeaders().set("Allow", "POST");
            }
            reject(exchange, rejection.get().status(), rejection.get().reason());
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
            reject(exchange, 400, String.valueOf(e.getMessage()));
            return;
        }
        try {
            queue.receive(events);
        } catch (IOException e) {
            LOG.error("Alerts could be neither published nor queued on disk: {}", e.getMessage());
            retryLater(exchange, "not stored: send again");
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            retryLater(exchange, "the exporter is stopping: send again");
            return;
        }
        Responses.text(exchange, 200, events.size() + " accepted");
    }

    private static void retryLater(HttpExchange exchange, String reason) throws IOException {
        exchange.getResponseHeaders().set("Retry-After", "1");
        Responses.text(exchange, 503, reason);
    }

    private void reject(HttpExchange exchange, int status, String reason) throws IOException {
        rejections.merge(status, 1L, Long::sum);
        Responses.text(exchange, status, reason);
    }

    private boolean authorized(HttpExchange exchange) throws IOException {
        if (token.isEmpty()) {
            reject(exchange, 403, "the alert webhook is disabled: set exporter.alert-token-file");
            return false;
        }
        String client = exchange.getRemoteAddress().getAddress().getHostAddress();
        if (!throttle.permits(client)) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            reject(exchange, 429, "too many wrong tokens: wait a second");
            return false;
        }
        try {
            if (token.get().matches(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return true;
            }
        } catch (IOException e) {
            LOG.error("Cannot read the alert token: {}", ErrorText.of(e));
            retryLater(exchange, "the token cannot be read: see the exporter's log");
            return false;
        }
        throttle.failed(client);
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        reject(exchange, 401, "a valid bearer token is required");
        return false;
    }

    @Override
    public void accept(MetricSink out) {
        rejections.forEach((status, count) -> out.counter(
                "avatar_exporter_alert_notifications_rejected_total",
                "Alert notifications rejected for good, by HTTP status; 413 means too large",
                count,
                "code",
                String.valueOf(status)));
    }
}
