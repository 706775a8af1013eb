package io.bev.avatar.renderer.mcp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.bev.avatar.common.http.BoundedHttpServer;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.common.json.JsonTrees;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Transport "streamable HTTP" at {@value #PATH}, without sessions: each message is a POST, answered with JSON. Behind the same
 * rules as the renderer's listeners: Host, Origin, size, and a bearer token.
 */
public final class McpHttpServer implements McpStatelessServerTransport, AutoCloseable {

    static final String PATH = "/mcp";

    private static final Logger LOG = LoggerFactory.getLogger(McpHttpServer.class);

    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int THREADS = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(130);
    private static final int PARSE_ERROR = -32700;

    private final BoundedHttpServer server;
    private final RequestGuard guard;
    private final Optional<String> token;
    private final McpJsonMapper json;
    private volatile @Nullable McpStatelessServerHandler handler;

    McpHttpServer(InetSocketAddress address, List<String> allowedHosts, Optional<String> token, McpJsonMapper json)
            throws IOException {
        this.guard = RequestGuard.allowing(allowedHosts);
        this.token = token;
        this.json = json;
        this.server = BoundedHttpServer.at(address, "mcp")
                .threads(THREADS)
                .maxBodyBytes(MAX_BODY_BYTES)
                .bind();
        server.createContext("/", this::handle);
    }

    void start() {
        server.start();
    }

    /** The listening port. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler mcpHandler) {
        handler = mcpHandler;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Optional<Rejection> rejection = check(exchange);
        if (rejection.isPresent()) {
            reject(exchange, rejection.get());
            return;
        }
        McpStatelessServerHandler to = handler;
        if (to == null) {
            send(exchange, 503, error("starting"));
            return;
        }
        McpSchema.JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(
                    json, new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("invalid message", e);
            send(
                    exchange,
                    400,
                    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":" + PARSE_ERROR
                            + ",\"message\":\"expected one JSON-RPC message\"}}");
            return;
        }
        answer(exchange, to, message);
    }

    private void answer(HttpExchange exchange, McpStatelessServerHandler to, McpSchema.JSONRPCMessage message)
            throws IOException {
        if (message instanceof McpSchema.JSONRPCRequest request) {
            McpSchema.JSONRPCResponse response =
                    to.handleRequest(McpTransportContext.EMPTY, request).block(TIMEOUT);
            send(exchange, 200, json.writeValueAsString(response));
        } else {
            if (message instanceof McpSchema.JSONRPCNotification notification) {
                to.handleNotification(McpTransportContext.EMPTY, notification).block(TIMEOUT);
            }
            exchange.sendResponseHeaders(202, -1);
        }
    }

    private Optional<Rejection> check(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        Optional<Rejection> source = guard.checkSource(headers::getFirst);
        if (source.isPresent()) {
            return source;
        }
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            return Optional.of(new Rejection(404, "not found: POST to " + PATH));
        }
        Optional<Rejection> post = guard.checkJsonPost(exchange.getRequestMethod(), headers::getFirst, MAX_BODY_BYTES);
        return post.isPresent() || isAuthorized(headers.getFirst("Authorization"))
                ? post
                : Optional.of(new Rejection(401, "bearer token required, that of --token-file"));
    }

    private boolean isAuthorized(@Nullable String authorization) {
        return token.isEmpty()
                || MessageDigest.isEqual(
                        ("Bearer " + token.get()).getBytes(StandardCharsets.UTF_8),
                        String.valueOf(authorization).getBytes(StandardCharsets.UTF_8));
    }

    private static void reject(HttpExchange exchange, Rejection rejection) throws IOException {
        if (rejection.status() == 405) {
            exchange.getResponseHeaders().set("Allow", "POST");
        } else if (rejection.status() == 401) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, rejection.status(), error(rejection.reason()));
    }

    private static String error(String reason) {
        return JsonTrees.object().put("error", reason).toString();
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.fromRunnable(this::close);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
