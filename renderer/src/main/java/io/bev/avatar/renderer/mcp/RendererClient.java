package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** HTTP client of a running renderer and of Prometheus. Thread-safe. */
final class RendererClient {

    private static final int MAX_BYTES = 8 << 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** A large model takes longer than other requests. */
    private static final Duration LOAD_TIMEOUT = Duration.ofMinutes(2);

    /** A request without a usable answer; the message names the failure and the remedy. */
    static final class FailedException extends Exception {

        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }

    private record Answer(int status, byte[] body) {}

    private final URI renderer;
    private final URI jolokia;
    private final URI prometheus;
    private final Optional<String> password;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    /**
     * @param renderer base URL of the page
     * @param jolokia URL of Jolokia
     * @param prometheus base URL
     * @param password control password, for operations and protected updates
     */
    RendererClient(URI renderer, URI jolokia, URI prometheus, Optional<String> password) {
        this.renderer = renderer;
        this.jolokia = jolokia;
        this.prometheus = prometheus;
        this.password = password;
    }

    /** A JSON document of the renderer; an error status with a document counts as an answer if {@code anyStatus}. */
    JsonNode get(String path, boolean anyStatus) throws FailedException {
        return json(request(renderer.resolve(path), TIMEOUT).GET().build(), anyStatus);
    }

    /** The next frame, JPEG. */
    byte[] snapshot() throws FailedException {
        Answer response =
                send(request(renderer.resolve("/snapshot.jpg"), TIMEOUT).GET().build());
        if (response.status() != 200) {
            throw new FailedException("no image: " + detail(response) + "; retry in a second");
        }
        return response.body();
    }

    /** Sends a change; the answer of an accepted one. */
    JsonNode post(String path, JsonNode document) throws FailedException {
        HttpRequest.Builder request = request(renderer.resolve(path), TIMEOUT);
        authorize(request);
        return json(
                request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(document.toString()))
                        .build(),
                false);
    }

    /** Loads a model and returns its source. */
    String loadModel(String path) throws FailedException {
        if (password.isEmpty()) {
            throw new FailedException(
                    "load_model needs the control password: start the MCP server with --password-file, or"
                            + " set renderer.control-password-file");
        }
        ObjectNode exec = JsonTrees.object()
                .put("type", "exec")
                .put("mbean", "bev.avatar:type=Model")
                .put("operation", "load");
        exec.putArray("arguments").add(path);
        HttpRequest.Builder request = request(jolokia, LOAD_TIMEOUT);
        authorize(request);
        JsonNode answer = json(
                request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(exec.toString()))
                        .build(),
                false);
        if (answer.path("status").asInt() != 200) {
            throw new FailedException("the model was not loaded: "
                    + answer.path("error").asText("unknown error").replaceFirst("^[\\w.]+Exception : ", ""));
        }
        return answer.path("value").asText();
    }

    /** Result of an instant query of Prometheus. */
    JsonNode query(String promql) throws FailedException {
        URI uri = prometheus.resolve("/api/v1/query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        JsonNode answer = json(request(uri, TIMEOUT).GET().build(), true);
        if (!answer.path("status").asText().equals("success")) {
            throw new FailedException("Prometheus rejected the query: "
                    + answer.path("error").asText("unknown error") + "; send a valid PromQL expression");
        }
        return answer.path("data");
    }

    private static HttpRequest.Builder request(URI uri, Duration timeout) {
        return HttpRequest.newBuilder(uri).timeout(timeout);
    }

    private void authorize(HttpRequest.Builder request) {
        password.ifPresent(secret -> request.header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(("avatar:" + secret).getBytes(StandardCharsets.UTF_8))));
    }

    private JsonNode json(HttpRequest request, boolean anyStatus) throws FailedException {
        Answer response = send(request);
        if (response.status() != 200 && !anyStatus) {
            throw new FailedException(detail(response));
        }
        try {
            return JsonTrees.JSON.read(new String(response.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new FailedException(request.uri() + ": HTTP " + response.status() + " without JSON");
        }
    }

    /** The reason in a rejection. */
    private static String detail(Answer response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        try {
            JsonNode document = JsonTrees.JSON.read(body);
            String reason = document.path("reason").asText("");
            String detail =
                    document.path("detail").asText(document.path("error").asText(""));
            if (!detail.isEmpty()) {
                return (reason.isEmpty() ? "HTTP " + response.status() : reason) + ": " + detail;
            }
        } catch (IOException e) {
            return "HTTP " + response.status();
        }
        return "HTTP " + response.status();
    }

    private Answer send(HttpRequest request) throws FailedException {
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                byte[] body = in.readNBytes(MAX_BYTES + 1);
                if (body.length > MAX_BYTES) {
                    throw new FailedException(
                            request.uri() + ": answer larger than " + MAX_BYTES + " bytes; ask for less");
                }
                return new Answer(response.statusCode(), body);
            }
        } catch (IOException e) {
            boolean metrics = request.uri().getAuthority().equals(prometheus.getAuthority());
            throw new FailedException((metrics ? "Prometheus" : "the renderer") + " at "
                    + request.uri().getAuthority() + " does not respond (" + ErrorText.of(e) + "); start it with "
                    + (metrics ? "avatar stack enable or ./avatar up" : "./avatar up or avatar start"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        }
    }
}
