package io.bev.avatar.exporter.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.http.PasswordThrottle;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.http.Responses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP basic authentication (RFC 7617). Credentials checked before are answered from a cache on the server thread. New
 * ones need a bcrypt computation, which runs on a separate pool so that cached clients are not delayed; a full pool
 * responds with 503.
 */
final class BasicAuth {

    private static final Logger LOG = LoggerFactory.getLogger(BasicAuth.class);
    private static final String SCHEME = "Basic ";

    /** Dummy hash, so that unknown users take as long as known ones. */
    private static final String DUMMY_HASH = "$2b$10$abcdefghijklmnopqrstuuQ8PZnKq1wJ7x5bXv0aF3hS2dG4yL6mC";

    private final BcryptVerifier passwords;
    private final Executor checkers;
    private final PasswordThrottle throttle;

    BasicAuth(BcryptVerifier passwords, Executor checkers, Ticker ticker) {
        this.throttle = new PasswordThrottle("exporter", ticker);
        this.passwords = passwords;
        this.checkers = checkers;
    }

    private record Credentials(String user, String password) {}

    /** Passes the request on or responds with 401. If {@code users} is empty, every request passes. */
    void handle(HttpExchange exchange, Map<String, String> users, HttpHandler next) throws IOException {
        if (users.isEmpty()) {
            next.handle(exchange);
            return;
        }
        Optional<Credentials> credentials = parse(exchange.getRequestHeaders().getFirst("Authorization"));
        if (credentials.isEmpty()) {
            reject(exchange);
            return;
        }
        String password = credentials.get().password();
        boolean known = users.containsKey(credentials.get().user());
        String hash = users.getOrDefault(credentials.get().user(), DUMMY_HASH);
        String client = exchange.getRemoteAddress().getAddress().getHostAddress();
        Optional<Boolean> cached = passwords.cached(password, hash);
        if (!cached.orElse(false) && !throttle.permits(client)) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            Responses.text(exchange, 429, "too many wrong passwords: wait a second");
            return;
        }
        if (cached.isPresent()) {
            decide(exchange, known && cached.get(), next);
            return;
        }
        try {
            checkers.execute(() -> check(exchange, known, password, hash, next));
        } catch (RejectedExecutionException e) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            Responses.text(exchange, 503, "too many passwords to check: retry later");
        }
    }

    private void check(HttpExchange exchange, boolean known, String password, String hash, HttpHandler next) {
        try {
            boolean matches = passwords.cached(password, hash).orElseGet(() -> passwords.verify(password, hash));
            decide(exchange, known && matches, next);
        } catch (IOException e) {
            LOG.debug("Client of {} disconnected: {}", exchange.getRequestURI().getPath(), e.getMessage());
            exchange.close();
        } catch (RuntimeException e) {
            LOG.error("Request {} failed", exchange.getRequestURI().getPath(), e);
            exchange.close();
        }
    }

    private void decide(HttpExchange exchange, boolean allowed, HttpHandler next) throws IOException {
        if (allowed) {
            next.handle(exchange);
        } else {
            throttle.failed(exchange.getRemoteAddress().getAddress().getHostAddress());
            reject(exchange);
        }
    }

    private static Optional<Credentials> parse(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            String text = new String(decoded, StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new Credentials(text.substring(0, colon), text.substring(colon + 1)));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static void reject(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"avatar-exporter\", charset=\"UTF-8\"");
        Responses.text(exchange, 401, "Unauthorized");
    }
}
