package io.bev.avatar.exporter.recovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The renderer's MBeans through Jolokia, as user {@code avatar}. The password is read at each use. */
final class JolokiaRendererClient implements RendererClient {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 1 << 20;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private static final String RENDERER = "bev.avatar:type=Renderer";
    private static final String FRAMES = "bev.avatar:type=Frames";
    private static final String GPUS = "bev.avatar:type=Gpu,*";

    private final URI jolokia;
    private final Path passwordFile;
    private final BoundedHttpClient http;

    /** @param jolokia address with the trailing slash */
    JolokiaRendererClient(URI jolokia, Path passwordFile, BoundedHttpClient http) {
        this.jolokia = jolokia;
        this.passwordFile = passwordFile;
        this.http = http;
    }

    @Override
    public String trimMemory(String gpuUuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode freed = operate(gpu(gpuUuid), "trimMemory");
        return freed.isNumber() ? freed.asLong() + " bytes given back" : "done";
    }

    @Override
    public String rebuildContext(String gpuUuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode unused = operate(gpu(gpuUuid), "rebuildContext");
        return "the context was made anew";
    }

    @Override
    public String restart() throws IOException, InterruptedException {
        // Reading first makes sure of the connection, which the operation itself could only lose.
        JsonNode state = value(ask("read", RENDERER, "attribute", "State", List.of()));
        JsonNode unused = value(ask("exec", RENDERER, "operation", "restart", List.of("recovery")));
        return "the renderer ends to be started again; it was " + state.asText();
    }

    @Override
    public int targetFps() throws IOException, InterruptedException {
        JsonNode fps = value(ask("read", FRAMES, "attribute", "TargetFps", List.of()));
        if (!fps.isInt()) {
            throw new IOException("the renderer's TargetFps is '" + fps + "', expected a whole number");
        }
        return fps.asInt();
    }

    @Override
    public void setTargetFps(int framesPerSecond) throws IOException, InterruptedException {
        JsonNode unused = value(ask("exec", FRAMES, "operation", "setTargetFps", List.of(framesPerSecond)));
    }

    /** The MBean of the GPU that the renderer uses. */
    private String gpu(String uuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode answer = ask("read", GPUS, "", "", List.of());
        if (answer.path("status").asInt() == NOT_FOUND) {
            throw new NotApplicableException("the renderer has no GPU");
        }
        List<String> others = new ArrayList<>();
        for (Map.Entry<String, JsonNode> bean : value(answer).properties()) {
            String own = bean.getValue().path("Uuid").asText();
            if (bean.getValue().path("ContextState").asText("none").equals("none")) {
                continue;
            }
            if (uuid.isEmpty() || own.isEmpty() || own.equals(uuid)) {
                return bean.getKey();
            }
            others.add(own);
        }
        throw new NotApplicableException(
                others.isEmpty()
                        ? "the renderer does not use a GPU"
                        : "the renderer uses " + String.join(", ", others) + " and not " + uuid);
    }

    private JsonNode operate(String mbean, String operation)
            throws IOException, InterruptedException, NotApplicableException {
        JsonNode answer = ask("exec", mbean, "operation", operation, List.of());
        // What the renderer answers when the device is not in use, or no longer.
        if (answer.path("error_type").asText().equals("java.lang.IllegalStateException")) {
            throw new NotApplicableException(error(answer));
        }
        return value(answer);
    }

    private JsonNode ask(String type, String mbean, String what, String name, List<?> arguments)
            throws IOException, InterruptedException {
        ObjectNode request = JsonTrees.object().put("type", type).put("mbean", mbean);
        if (!what.isEmpty()) {
            request.put(what, name);
        }
        if (!arguments.isEmpty()) {
            ArrayNode values = request.putArray("arguments");
            for (Object argument : arguments) {
                if (argument instanceof Integer number) {
                    values.add(number);
                } else {
                    values.add(String.valueOf(argument));
                }
            }
        }
        HttpResponse<String> answer = send(
                HttpRequest.newBuilder(jolokia)
                        .header("Content-Type", "application/json")
                        .header("Authorization", authorization())
                        .POST(HttpRequest.BodyPublishers.ofString(JsonTrees.write(request)))
                        .build(),
                type.equals("read"));
        if (answer.statusCode() != OK) {
            throw new IOException("HTTP " + answer.statusCode() + ", " + refusal(answer.body()));
        }
        return JsonTrees.JSON.read(answer.body());
    }

    /** An operation is sent once: a connection that breaks leaves open whether it was done. */
    private HttpResponse<String> send(HttpRequest request, boolean harmless) throws IOException, InterruptedException {
        try {
            return http.exchange(request, PATIENCE, MAX_BYTES);
        } catch (ConnectException | HttpTimeoutException e) {
            throw e;
        } catch (IOException keptConnectionWasClosed) {
            if (!harmless) {
                throw keptConnectionWasClosed;
            }
            return http.exchange(request, PATIENCE, MAX_BYTES);
        }
    }

    private static JsonNode value(JsonNode answer) throws IOException {
        if (answer.path("status").asInt() != OK) {
            throw new IOException(error(answer));
        }
        return answer.path("value");
    }

    /** What a refusal says, which need not be JSON: something between may have answered. */
    private static String refusal(String body) {
        try {
            return error(JsonTrees.JSON.read(body));
        } catch (JsonProcessingException e) {
            return "no error text";
        }
    }

    private static String error(JsonNode answer) {
        return answer.path("error").asText("no error text").lines().findFirst().orElse("");
    }

    private String authorization() throws IOException {
        String password;
        try {
            password = Files.readString(passwordFile)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (IOException e) {
            throw new IOException("exporter.recovery.control-password-file cannot be read: " + e, e);
        }
        return "Basic " + Base64.getEncoder().encodeToString(("avatar:" + password).getBytes(StandardCharsets.UTF_8));
    }
}
