package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Client of a running stack: HTTP, Prometheus queries, redis-cli. */
public final class StackClient {

    public static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Duration timeout;

    /** @param timeout maximum wait for a response */
    public StackClient(Duration timeout) {
        this.timeout = timeout;
    }

    /** Response to a GET, with any status. */
    public HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(timeout).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Body of the response to a GET with status 200. */
    public String text(String url) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = get(url);
        if (response.statusCode() != 200) {
            throw new IOException(url + " returned HTTP " + response.statusCode() + ", expected 200");
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** JSON body of the response to a GET, with any status. */
    public JsonNode json(String url) throws IOException, InterruptedException {
        return JSON.readTree(get(url).body());
    }

    /**
     * Posts a JSON document; returns the JSON response.
     *
     * @param authorization value of the Authorization header; empty for none
     */
    public JsonNode post(String url, Object document, String authorization) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(document)));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return JSON.readTree(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .body());
    }

    /**
     * Result of an instant query.
     *
     * @param prometheus base URL
     */
    public JsonNode query(String prometheus, String expression) throws IOException, InterruptedException {
        return result(prometheus + "/api/v1/query?query=" + encode(expression), expression);
    }

    /** Result of a range query; times and step in seconds. */
    public JsonNode queryRange(String prometheus, String expression, double start, double end, double step)
            throws IOException, InterruptedException {
        String url = prometheus + "/api/v1/query_range?query=" + encode(expression) + "&start=" + start + "&end=" + end
                + "&step=" + step;
        return result(url, expression);
    }

    private JsonNode result(String url, String expression) throws IOException, InterruptedException {
        JsonNode response = json(url);
        if (!response.path("status").asText().equals("success")) {
            throw new IOException(expression + ": " + response);
        }
        return response.path("data").path("result");
    }

    /** Output of redis-cli, one value per line. */
    public static String redis(int port, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port), "--no-auth-warning"));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a process to its end; returns its output. */
    public static String run(List<String> command) throws IOException, InterruptedException {
        return run(command, new int[1]);
    }

    /** Runs a process to its end; fails with its output if its exit code is not 0. */
    public static void runChecked(String... command) throws IOException, InterruptedException {
        int[] status = new int[1];
        String text = run(List.of(command), status);
        if (status[0] != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + text);
        }
    }

    private static String run(List<String> command, int[] status) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        status[0] = process.waitFor();
        return text.strip();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
