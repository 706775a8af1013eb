package io.bev.avatar.renderer.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import io.bev.avatar.testkit.StubHttpServer.Asked;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvatarMcpTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private StubHttpServer renderer;
    private AvatarMcp mcp;
    private McpHttpServer server;

    @BeforeEach
    void start(@TempDir Path runbooks) throws IOException {
        Files.writeString(runbooks.resolve("AvatarServiceDown.md"), "# AvatarServiceDown");
        renderer = new StubHttpServer(AvatarMcpTest::renderer);
        URI address = renderer.address("/");
        mcp = new AvatarMcp(
                "1", address, address.resolve("/jolokia/"), address, Optional.of("pass"), Optional.of(runbooks));
        server = mcp.serveHttp(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(), Optional.of("token"));
    }

    private static Answer renderer(Asked request) {
        return switch (request.path()) {
            case "/state" ->
                request.body().contains("happy")
                        ? new Answer(
                                503, java.util.Map.of(), "{\"reason\":\"not_durable\",\"detail\":\"no disk\"}", false)
                        : Answer.json("{\"seq\":7,\"emotion\":\"curious\"}");
            case "/jolokia/" -> loaded();
            default -> Answer.status(404, "");
        };
    }

    /** A load takes some time. */
    private static Answer loaded() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Answer.json("{\"status\":200,\"value\":\"a.ply\"}");
    }

    @AfterEach
    void stop() {
        server.close();
        renderer.close();
    }

    private HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/mcp"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private JsonNode call(String method, String params) throws IOException, InterruptedException {
        HttpResponse<String> response = post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}",
                "Authorization",
                "Bearer token");
        assertThat(response.statusCode()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private JsonNode tool(String name, String arguments) throws IOException, InterruptedException {
        return call("tools/call", "{\"name\":\"" + name + "\",\"arguments\":" + arguments + "}")
                .path("result");
    }

    /** As {@code printf ... | avatar mcp} does; requests that are unknown, of a wrong type or no JSON among them. */
    @Test
    void stdio_inputEndsAfterTheRequests_allAreAnswered() throws Exception {
        String input = """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},\
                "clientInfo":{"name":"t","version":"1"}}}
                {"jsonrpc":"2.0","method":"notifications/initialized"}
                {"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"load_model","arguments":{"path":"a.ply"}}}
                {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}
                {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"no_such_tool","arguments":{}}}
                {"jsonrpc":"2.0","id":4,"method":"no/such/method"}
                {"jsonrpc":"2.0","id":5,"method":"resources/list","params":{}}""";
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        mcp.serveStdio(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out);

        List<String> ids = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            JsonNode message = JSON.readTree(line);
            if (message.has("result") || message.has("error")) {
                ids.add(message.path("id").asText());
            }
        }
        assertThat(ids).containsExactlyInAnyOrder("0", "slow", "3", "4", "5");
    }

    @Test
    void list_tools_haveSchemasAndAnnotations() throws Exception {
        JsonNode tools = call("tools/list", "{}").path("result").path("tools");
        assertThat(tools.findValuesAsText("name"))
                .contains(
                        "get_state",
                        "set_emotion",
                        "set_activity",
                        "set_investigation",
                        "say",
                        "stop_speaking",
                        "load_model",
                        "get_health",
                        "get_alerts",
                        "get_metrics",
                        "get_snapshot");
        tools.forEach(tool -> {
            assertThat(tool.path("inputSchema").path("type").asText()).isEqualTo("object");
            assertThat(tool.path("annotations").path("readOnlyHint").asBoolean())
                    .isEqualTo(tool.path("name").asText().startsWith("get_"));
        });
    }

    @Test
    void call_changes_areSentToTheRenderer() throws Exception {
        assertThat(tool("set_emotion", "{\"emotion\":\"sad\"}").path("isError").asBoolean())
                .isTrue();
        assertThat(tool("set_activity", "{\"activity\":\"none\"}")
                        .path("isError")
                        .asBoolean())
                .isFalse();
        assertThat(tool("load_model", "{\"path\":\"/a.ply\"}").toString()).contains("loaded a.ply");
        assertThat(renderer.asked())
                .extracting(Asked::body)
                .containsExactly(
                        "{\"activity\":null}",
                        "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=Model\",\"operation\":\"load\",\"arguments\":[\"/a.ply\"]}");
        assertThat(renderer.asked().get(1).header("Authorization")).startsWith("Basic ");
    }

    @Test
    void call_rejectedByTheRenderer_isAnErrorWithItsReason() throws Exception {
        JsonNode result = tool("set_emotion", "{\"emotion\":\"happy\"}");
        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(result.toString()).contains("not_durable: no disk");
    }

    @Test
    void call_rendererGone_namesTheRemedy() throws Exception {
        renderer.close();
        assertThat(tool("get_state", "{}").toString()).contains("does not respond", "./avatar up");
    }

    @Test
    void read_resources_areStateAndRunbooks() throws Exception {
        assertThat(call("resources/list", "{}").toString())
                .contains("avatar://state", "avatar://health", "avatar://runbooks/AvatarServiceDown");
        assertThat(call("resources/read", "{\"uri\":\"avatar://state\"}").toString())
                .contains("curious");
        assertThat(call("resources/read", "{\"uri\":\"avatar://runbooks/AvatarServiceDown\"}")
                        .toString())
                .contains("# AvatarServiceDown");
        assertThat(call("resources/read", "{\"uri\":\"avatar://runbooks/../x\"}")
                        .has("error"))
                .isTrue();
    }

    @Test
    void post_withoutTokenOrFromAForeignPage_isRejected() throws Exception {
        assertThat(post("{}").statusCode()).isEqualTo(401);
        assertThat(post("{}", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(post("{}", "Authorization", "Bearer token", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(post("no json", "Authorization", "Bearer token").statusCode())
                .isEqualTo(400);
    }
}
