package io.bev.avatar.exporter.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * Handshake of the Model Context Protocol over streamable HTTP (specification 2025-06-18, "Lifecycle" and
 * "Transports"): {@code initialize}, {@code notifications/initialized}, then deletion of the session.
 */
public final class McpProbe {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int OK = 200;
    private static final String SESSION = "Mcp-Session-Id";

    /**
     * Self-description of a server.
     *
     * @param name name of the server
     * @param version version of the server
     * @param protocol protocol revision it uses
     * @param session TLS session; empty without TLS
     */
    public record Server(String name, String version, String protocol, Optional<SSLSession> session) {}

    private final URI endpoint;
    private final String version;
    private final Duration timeout;
    private final BoundedHttpClient http;

    /**
     * @param base URL of the server; without a path, {@code /mcp} is added
     * @param version version of this exporter, sent to the server
     * @param timeout timeout of each of the three requests
     */
    public McpProbe(URI base, String version, Duration timeout, BoundedHttpClient http) {
        String path = base.getPath() == null ? "" : base.getPath();
        this.endpoint = path.isEmpty() || path.equals("/") ? base.resolve("/mcp") : base;
        this.version = version;
        this.timeout = timeout;
        this.http = http;
    }

    /** URL of the requests. */
    public URI endpoint() {
        return endpoint;
    }

    /**
     * Performs the handshake.
     *
     * @throws Exception when there is no response, or the responder is not an MCP server; the message contains the
     * cause but not the URL
     */
    public Server initialize() throws Exception {
        HttpResponse<String> response = http.exchange(
                post(RpcMessages.initialize(version)).build(),
                timeout,
                MAX_BYTES,
                soFar -> RpcMessages.fromEvents(soFar).isPresent());
        Optional<String> session = response.headers().firstValue(SESSION);
        try {
            Server server = parse(response);
            confirm(session, server.protocol());
            return server;
        } finally {
            if (session.isPresent()) {
                deleteSession(session.get());
            }
        }
    }

    private static Server parse(HttpResponse<String> response) throws McpException {
        if (response.statusCode() != OK) {
            throw new McpException("the server returned HTTP " + response.statusCode() + " for initialize");
        }
        String type = response.headers().firstValue("Content-Type").orElse("");
        JsonNode message = type.startsWith("text/event-stream")
                ? RpcMessages.fromEvents(response.body())
                        .orElseThrow(() -> new McpException("the event stream has no response to initialize"))
                : RpcMessages.fromJson(response.body());
        if (message.has("error")) {
            throw new McpException("the server rejected initialize: "
                    + message.path("error").path("message").asText("no reason given"));
        }
        JsonNode result = message.path("result");
        String protocol = result.path("protocolVersion").asText("");
        if (protocol.isEmpty()) {
            throw new McpException("the response to initialize has no protocolVersion");
        }
        JsonNode info = result.path("serverInfo");
        return new Server(
                info.path("name").asText(""), info.path("version").asText(""), protocol, response.sslSession());
    }

    private void confirm(Optional<String> session, String protocol)
            throws IOException, InterruptedException, McpException {
        HttpRequest.Builder request = post(RpcMessages.initialized()).header("MCP-Protocol-Version", protocol);
        session.ifPresent(id -> request.header(SESSION, id));
        int status = http.exchange(request.build(), timeout, MAX_BYTES).statusCode();
        if (status / 100 != 2) {
            throw new McpException("the server returned HTTP " + status + " for notifications/initialized");
        }
    }

    /** Deletes the session; a server without support for that (405) keeps it. */
    private void deleteSession(String session) throws IOException, InterruptedException {
        HttpResponse<String> unused = http.exchange(
                HttpRequest.newBuilder(endpoint)
                        .header(SESSION, session)
                        .DELETE()
                        .build(),
                timeout,
                MAX_BYTES);
    }

    private HttpRequest.Builder post(String body) {
        return HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }
}
