package io.bev.avatar.exporter.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * The handshake of the Model Context Protocol over streamable HTTP (specification 2025-06-18, "Lifecycle" and
 * "Transports"): {@code initialize}, {@code notifications/initialized}, then the session is deleted again.
 */
public final class McpProbe {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int OK = 200;
    private static final String SESSION = "Mcp-Session-Id";

    /**
     * What a server says of itself.
     *
     * @param name of the server
     * @param version of the server
     * @param protocol revision that it speaks
     */
    public record Server(String name, String version, String protocol) {}

    private final URI endpoint;
    private final String version;
    private final Duration timeout;
    private final BoundedHttpClient http;

    /**
     * @param base address of the server; without a path, {@code /mcp} is added
     * @param version of this program, told to the server
     * @param timeout for each of the three requests
     */
    public McpProbe(URI base, String version, Duration timeout, BoundedHttpClient http) {
        String path = base.getPath() == null ? "" : base.getPath();
        this.endpoint = path.isEmpty() || path.equals("/") ? base.resolve("/mcp") : base;
        this.version = version;
        this.timeout = timeout;
        this.http = http;
    }

    /** Where the server is asked. */
    public URI endpoint() {
        return endpoint;
    }

    /**
     * Shakes hands.
     *
     * @throws Exception when nothing answers, or what answers is no MCP server; the message says why, not where
     */
    public Server initialize() throws Exception {
        HttpResponse<String> answer = http.exchange(
                post(RpcMessages.initialize(version)).build(),
                timeout,
                MAX_BYTES,
                soFar -> RpcMessages.fromEvents(soFar).isPresent());
        Optional<String> session = answer.headers().firstValue(SESSION);
        try {
            Server server = judge(answer);
            confirm(session, server.protocol());
            return server;
        } finally {
            if (session.isPresent()) {
                forget(session.get());
            }
        }
    }

    private static Server judge(HttpResponse<String> answer) throws McpException {
        if (answer.statusCode() != OK) {
            throw new McpException("it answers HTTP " + answer.statusCode() + " to initialize");
        }
        String type = answer.headers().firstValue("Content-Type").orElse("");
        JsonNode message = type.startsWith("text/event-stream")
                ? RpcMessages.fromEvents(answer.body())
                        .orElseThrow(() -> new McpException("its event stream has no answer to initialize"))
                : RpcMessages.fromJson(answer.body());
        if (message.has("error")) {
            throw new McpException("it refuses initialize: "
                    + message.path("error").path("message").asText("no reason given"));
        }
        JsonNode result = message.path("result");
        String protocol = result.path("protocolVersion").asText("");
        if (protocol.isEmpty()) {
            throw new McpException("its answer to initialize names no protocolVersion");
        }
        JsonNode info = result.path("serverInfo");
        return new Server(info.path("name").asText(""), info.path("version").asText(""), protocol);
    }

    private void confirm(Optional<String> session, String protocol)
            throws IOException, InterruptedException, McpException {
        HttpRequest.Builder request = post(RpcMessages.initialized()).header("MCP-Protocol-Version", protocol);
        session.ifPresent(id -> request.header(SESSION, id));
        int status = http.exchange(request.build(), timeout, MAX_BYTES).statusCode();
        if (status / 100 != 2) {
            throw new McpException("it answers HTTP " + status + " to notifications/initialized");
        }
    }

    /** Lets the server forget the session; one that does not offer that (405) keeps it. */
    private void forget(String session) throws IOException, InterruptedException {
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
