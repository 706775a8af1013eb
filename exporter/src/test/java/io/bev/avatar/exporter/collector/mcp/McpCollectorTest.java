package io.bev.avatar.exporter.collector.mcp;

import static io.bev.avatar.exporter.collector.Scrapes.failedScrape;
import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.mcp.McpProbe;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import io.bev.avatar.testkit.StubHttpServer.Asked;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class McpCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String RESULT = """
        {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},\
        "serverInfo":{"name":"everything","version":"1.0.0"}}}\
        """;

    private final BoundedHttpClient http = new BoundedHttpClient();
    private StubHttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = new StubHttpServer(answering(initialize -> json(RESULT)));
    }

    @AfterEach
    void close() {
        server.close();
        http.close();
    }

    private static Answer json(String body) {
        return new Answer(200, Map.of("Content-Type", "application/json", "Mcp-Session-Id", "s-1"), body, false);
    }

    private static Answer events(String body) {
        return new Answer(200, Map.of("Content-Type", "text/event-stream", "Mcp-Session-Id", "s-1"), body, false);
    }

    /** A server that follows the protocol, except for its response to initialize. */
    private static Function<Asked, Answer> answering(Function<Asked, Answer> initialize) {
        return request -> {
            if (request.method().equals("DELETE")) {
                return Answer.status(405, "");
            }
            return request.body().contains("notifications/initialized")
                    ? Answer.status(202, "")
                    : initialize.apply(request);
        };
    }

    private McpCollector collector(URI base, Duration timeout) {
        return new McpCollector(new McpProbe(base, "1.2.3", timeout, http), () -> 0);
    }

    private McpCollector collector() {
        return collector(server.address(""), LONG);
    }

    @Test
    void jsonResponse_exactExposition() throws Exception {
        assertThat(scrape(collector())).isEqualTo("""
            # HELP avatar_mcp_up 1 if the MCP handshake succeeds
            # TYPE avatar_mcp_up gauge
            avatar_mcp_up 1.0
            # HELP avatar_mcp_response_seconds Duration of the MCP handshake
            # TYPE avatar_mcp_response_seconds gauge
            avatar_mcp_response_seconds 0.0
            # HELP avatar_mcp_info Always 1; labels describe the MCP server
            # TYPE avatar_mcp_info gauge
            avatar_mcp_info{name="everything",version="1.0.0",protocol="2025-06-18",} 1.0
            """);
    }

    @Test
    void handshake_followsTheProtocol() throws Exception {
        scrape(collector());

        assertThat(server.asked()).extracting(Asked::method).containsExactly("POST", "POST", "DELETE");
        Asked initialize = server.asked().get(0);
        assertThat(initialize.path()).isEqualTo("/mcp");
        assertThat(initialize.header("Accept")).isEqualTo("application/json, text/event-stream");
        JsonNode message = JSON.readTree(initialize.body());
        assertThat(message.path("method").asText()).isEqualTo("initialize");
        assertThat(message.path("params").path("protocolVersion").asText()).isEqualTo("2025-06-18");
        assertThat(message.path("params").path("clientInfo").path("version").asText())
                .isEqualTo("1.2.3");
        Asked initialized = server.asked().get(1);
        assertThat(initialized.header("Mcp-session-id")).isEqualTo("s-1");
        assertThat(initialized.header("Mcp-protocol-version")).isEqualTo("2025-06-18");
        assertThat(server.asked().get(2).header("Mcp-session-id")).isEqualTo("s-1");
    }

    @Test
    void addressWithPath_unchanged() throws Exception {
        scrape(collector(server.address("/tools/mcp"), LONG));

        assertThat(server.asked()).extracting(Asked::path).containsOnly("/tools/mcp");
    }

    @Test
    void noSession_nothingToDelete() throws Exception {
        server.answer(answering(request -> Answer.json(RESULT)));

        assertThat(scrape(collector())).contains("avatar_mcp_up 1.0");
        assertThat(server.asked()).extracting(Asked::method).containsExactly("POST", "POST");
    }

    @Test
    void eventStream_responseFoundAmongOtherEvents() throws Exception {
        server.answer(answering(request -> events(": hello\r\n\r\nevent: message\r\n"
                + "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\r\n\r\n"
                + "id: 7\r\ndata: " + RESULT.replace(",\"result\"", ",\r\ndata:\"result\"") + "\r\n\r\n")));

        assertThat(scrape(collector())).contains("avatar_mcp_up 1.0", "name=\"everything\"");
    }

    @Test
    void eventStreamThatStaysOpen_closedAfterTheResponse() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> serveOpenStream(socket, left));
            serving.start();

            assertThat(scrape(collector(URI.create("http://127.0.0.1:" + socket.getLocalPort()), LONG)))
                    .contains("avatar_mcp_up 1.0");
            left.await();
            serving.join();
        }
    }

    /** Responds to the first request with an endless event stream, to the second one with 202. */
    private static void serveOpenStream(ServerSocket socket, CountDownLatch left) {
        try (Socket first = socket.accept()) {
            StubHttpServer.readRequest(first.getInputStream());
            OutputStream out = first.getOutputStream();
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: " + RESULT + "\n\n")
                    .getBytes(StandardCharsets.UTF_8));
            try (Socket second = socket.accept()) {
                StubHttpServer.readRequest(second.getInputStream());
                second.getOutputStream()
                        .write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                int end = first.getInputStream().read();
                assertThat(end).isEqualTo(-1);
                left.countDown();
            }
        } catch (IOException e) {
            // A reset also ends the connection.
            left.countDown();
        }
    }

    @Test
    void streamWithoutResponse_down() throws Exception {
        server.answer(answering(request -> events("data: {}\n\n")));

        assertThat(failedScrape(collector(), "event stream has no response")).contains("avatar_mcp_up 0.0");
    }

    @Test
    void rejected_downWithServerError_sessionDeleted() throws Exception {
        server.answer(answering(
                request -> json("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"Unsupported"
                        + " protocol version\"}}")));

        assertThat(failedScrape(collector(), "the server rejected initialize: Unsupported protocol version"))
                .contains("avatar_mcp_up 0.0")
                .doesNotContain("avatar_mcp_response_seconds");
        assertThat(server.asked()).extracting(Asked::method).endsWith("DELETE");
    }

    @Test
    void otherServer_down() throws Exception {
        server.answer(request -> Answer.status(404, "not here"));
        assertThat(failedScrape(collector(), "/mcp failed: the server returned HTTP 404"))
                .contains("avatar_mcp_up 0.0");

        server.answer(request -> Answer.json("{\"hello\":1}"));
        assertThat(failedScrape(collector(), "not a response to initialize")).contains("avatar_mcp_up 0.0");
    }

    @Test
    void notificationRejected_down() throws Exception {
        server.answer(request -> request.body().contains("notifications/") ? Answer.status(400, "") : json(RESULT));

        assertThat(failedScrape(collector(), "HTTP 400 for notifications/initialized"))
                .contains("avatar_mcp_up 0.0");
    }

    @Test
    void nothingListening_downAndReportedAsOptional() throws Exception {
        assertThat(failedScrape(collector(StubHttpServer.unreachable(""), LONG), "connection refused", "is optional"))
                .contains("avatar_mcp_up 0.0");
    }

    @Test
    void silent_downAfterTheTimeout() throws Exception {
        server.answer(request -> Answer.silence());

        assertThat(failedScrape(collector(server.address(""), Duration.ofMillis(100)), "no response within 100 ms"))
                .contains("avatar_mcp_up 0.0");
    }
}
