package io.bev.avatar.exporter.recovery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Client of the renderer's MBeans over Jolokia, as user {@code avatar}. The password file is read at each use. */
final class JolokiaRendererClient implements RendererClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 1 << 20;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private static final String RENDERER = "bev.avatar:type=Renderer";
    private static final String FRAMES = "bev.avatar:type=Frames";
    private static final String GPUS = "bev.avatar:type=Gpu,*";

    private final URI jolokia;
    private final Path passwordFile;
    private final BoundedHttpClient http;

    /** @param jolokia URL with a trailing slash */
    JolokiaRendererClient(URI jolokia, Path passwordFile, BoundedHttpClient http) {
        this.jolokia = jolokia;
        this.passwordFile = passwordFile;
        this.http = http;
    }

    @Override
    public String trimMemory(String gpuUuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode freed = execute(gpu(gpuUuid), "trimMemory");
        return freed.isNumber() ? freed.asLong() + " bytes released" : "done";
    }

    @Override
    public String rebuildContext(String gpuUuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode unused = execute(gpu(gpuUuid), "rebuildContext");
        return "the CUDA context was recreated";
    }

    @Override
    public String restart() throws IOException, InterruptedException {
        // Reading first verifies the connection; during the operation a connection loss is ambiguous.
        JsonNode state = value(request("read", RENDERER, "attribute", "State", List.of()));
        JsonNode unused = value(request("exec", RENDERER, "operation", "restart", List.of("recovery")));
        return "the renderer is restarting; its state was " + state.asText();
    }

    @Override
    public int targetFps() throws IOException, InterruptedException {
        JsonNode fps = value(request("read", FRAMES, "attribute", "TargetFps", List.of()));
        if (!fps.isInt()) {
            throw new IOException("the renderer's TargetFps is '" + fps + "', expected an integer");
        }
        return fps.asInt();
    }

    @Override
    public void setTargetFps(int framesPerSecond) throws IOException, InterruptedException {
        JsonNode unused = value(request("exec", FRAMES, "operation", "setTargetFps", List.of(framesPerSecond)));
    }

    /** The MBean of the GPU that the renderer uses. */
    private String gpu(String uuid) throws IOException, InterruptedException, NotApplicableException {
        JsonNode answer = request("read", GPUS, "", "", List.of());
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

    private JsonNode execute(String mbean, String operation)
            throws IOException, InterruptedException, NotApplicableException {
        JsonNode answer = request("exec", mbean, "operation", operation, List.of());
        // The renderer's response if the device is not or no longer in use.
        if (answer.path("error_type").asText().equals("java.lang.IllegalStateException")) {
            throw new NotApplicableException(error(answer));
        }
        return value(answer);
    }

    private JsonNode request(String type, String mbean, String what, String name, List<?> arguments)
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
            throw new IOException("HTTP " + answer.statusCode() + ", " + errorText(answer.body()));
        }
        return JsonTrees.JSON.read(answer.body());
    }

    /** Operations are not retried: after a broken connection it is unknown whether they were executed. */
    private HttpResponse<String> send(HttpRequest request, boolean idempotent)
            throws IOException, InterruptedException {
        try {
            return http.exchange(request, TIMEOUT, MAX_BYTES);
        } catch (ConnectException | HttpTimeoutException e) {
            throw e;
        } catch (IOException staleConnection) {
            if (!idempotent) {
                throw staleConnection;
            }
            return http.exchange(request, TIMEOUT, MAX_BYTES);
        }
    }

    private static JsonNode value(JsonNode answer) throws IOException {
        if (answer.path("status").asInt() != OK) {
            throw new IOException(error(answer));
        }
        return answer.path("value");
    }

    /** Error text of a response, which may not be JSON if an intermediary sent it. */
    private static String errorText(String body) {
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
            password = BoundedFiles.readString(passwordFile)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (IOException e) {
            throw new IOException("cannot read exporter.recovery.control-password-file: " + ErrorText.of(e), e);
        }
        return "Basic " + Base64.getEncoder().encodeToString(("avatar:" + password).getBytes(StandardCharsets.UTF_8));
    }
}
