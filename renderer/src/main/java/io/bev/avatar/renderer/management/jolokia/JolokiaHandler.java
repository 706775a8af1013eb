package io.bev.avatar.renderer.management.jolokia;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves {@value #PATH}: checks source, request and password before passing the request to Jolokia. */
final class JolokiaHandler implements HttpHandler {

    static final String PATH = "/jolokia";
    static final int MAX_BODY_BYTES = 64 * 1024;

    private final RequestGuard guard;
    private final ControlPassword password;
    private final AccessPolicy policy;
    private final JolokiaBackend backend;
    private final AtomicInteger serving = new AtomicInteger();

    JolokiaHandler(RequestGuard guard, ControlPassword password, AccessPolicy policy, JolokiaBackend backend) {
        this.guard = guard;
        this.password = password;
        this.policy = policy;
        this.backend = backend;
    }

    /** Number of requests being served. */
    int serving() {
        return serving.get();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        serving.incrementAndGet();
        try (exchange) {
            serve(exchange);
        } finally {
            serving.decrementAndGet();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        Optional<Rejection> rejection = check(exchange);
        if (rejection.isPresent()) {
            reject(exchange, rejection.get());
            return;
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            reject(exchange, new Rejection(413, "body larger than " + MAX_BODY_BYTES + " bytes"));
            return;
        }
        ValidatedBulkRequest request;
        try {
            request = ValidatedBulkRequest.parse(body);
        } catch (ValidatedBulkRequest.BadRequest e) {
            reject(exchange, new Rejection(400, e.reason()));
            return;
        }
        String client = exchange.getRemoteAddress().getAddress().getHostAddress();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        Optional<Rejection> denied = password.check(authorization, "control operations", request.control(), client);
        if (denied.isPresent()) {
            reject(exchange, denied.get());
            return;
        }
        send(exchange, 200, answer(request));
    }

    private String answer(ValidatedBulkRequest request) throws IOException {
        policy.allowControl(request.control());
        try {
            return backend.answer(request);
        } finally {
            policy.allowControl(false);
        }
    }

    private Optional<Rejection> check(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        Optional<Rejection> source = guard.checkSource(headers::getFirst);
        if (source.isPresent()) {
            return source;
        }
        String path = exchange.getRequestURI().getPath();
        boolean ours = path.equals(PATH) || path.startsWith(PATH + "/");
        // Jolokia's own server serves this path without a password.
        if (!ours || path.matches(".*/config/*")) {
            return Optional.of(new Rejection(404, "not found"));
        }
        if (headers.getFirst("Transfer-Encoding") != null) {
            return Optional.of(new Rejection(411, "Content-Length required"));
        }
        Optional<Rejection> post = guard.checkJsonPost(exchange.getRequestMethod(), headers::getFirst, MAX_BODY_BYTES);
        if (post.isEmpty() && !(path.equals(PATH) || path.equals(PATH + "/"))) {
            return Optional.of(new Rejection(404, "POST to " + PATH + "/"));
        }
        return post;
    }

    private static void reject(HttpExchange exchange, Rejection rejection) throws IOException {
        if (rejection.status() == 405) {
            exchange.getResponseHeaders().set("Allow", "POST");
        } else if (rejection.status() == 429) {
            exchange.getResponseHeaders().set("Retry-After", "1");
        } else if (rejection.status() == 401) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"avatar control\", charset=\"UTF-8\"");
        }
        // The rest of the body is not read.
        exchange.getResponseHeaders().set("Connection", "close");
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("status", rejection.status())
                .put("error", rejection.reason())
                .toString();
        send(exchange, rejection.status(), body);
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json; charset=utf-8");
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            // Closing drains the request body first; flush so that the client gets the response before.
            exchange.getResponseBody().write(body);
            exchange.getResponseBody().flush();
        }
    }
}
