package io.bev.avatar.exporter.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
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
 * HTTP basic authentication (RFC 7617). A pair that was checked before is answered on the server's own thread; a new one costs a
 * bcrypt, which runs elsewhere so that those already known are not held up, and is refused with 503 when too many wait.
 */
final class BasicAuth {

    private static final Logger LOG = LoggerFactory.getLogger(BasicAuth.class);
    private static final String SCHEME = "Basic ";

    /** A hash of no known password, so that a name that does not exist takes as long as one that does. */
    private static final String NOBODY = "$2b$10$abcdefghijklmnopqrstuuQ8PZnKq1wJ7x5bXv0aF3hS2dG4yL6mC";

    private final BcryptVerifier passwords;
    private final Executor checkers;

    BasicAuth(BcryptVerifier passwords, Executor checkers) {
        this.passwords = passwords;
        this.checkers = checkers;
    }

    private record Credentials(String user, String password) {}

    /** Passes the request on, or answers 401. Without {@code users}, everybody passes. */
    void handle(HttpExchange exchange, Map<String, String> users, HttpHandler next) throws IOException {
        if (users.isEmpty()) {
            next.handle(exchange);
            return;
        }
        Optional<Credentials> given = credentials(exchange.getRequestHeaders().getFirst("Authorization"));
        if (given.isEmpty()) {
            refuse(exchange);
            return;
        }
        String password = given.get().password();
        boolean known = users.containsKey(given.get().user());
        String hash = users.getOrDefault(given.get().user(), NOBODY);
        Optional<Boolean> remembered = passwords.recall(password, hash);
        if (remembered.isPresent()) {
            decide(exchange, known && remembered.get(), next);
            return;
        }
        try {
            checkers.execute(() -> check(exchange, known, password, hash, next));
        } catch (RejectedExecutionException e) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            Responses.text(exchange, 503, "too many passwords to check: try again");
        }
    }

    private void check(HttpExchange exchange, boolean known, String password, String hash, HttpHandler next) {
        try {
            boolean matches = passwords.recall(password, hash).orElseGet(() -> passwords.verify(password, hash));
            decide(exchange, known && matches, next);
        } catch (IOException e) {
            LOG.debug("client of {} went away: {}", exchange.getRequestURI().getPath(), e.getMessage());
            exchange.close();
        } catch (RuntimeException e) {
            LOG.error("request {} failed", exchange.getRequestURI().getPath(), e);
            exchange.close();
        }
    }

    private static void decide(HttpExchange exchange, boolean allowed, HttpHandler next) throws IOException {
        if (allowed) {
            next.handle(exchange);
        } else {
            refuse(exchange);
        }
    }

    private static Optional<Credentials> credentials(@Nullable String header) {
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

    private static void refuse(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"avatar-exporter\", charset=\"UTF-8\"");
        Responses.text(exchange, 401, "Unauthorized");
    }
}
