package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * HTTP proxy in front of a server that can reject requests, answer in the server's place, or change the attributes of MBeans in
 * Jolokia's answers.
 */
final class FaultProxy implements Closeable {

    private static final List<String> FORWARDED =
            List.of("Accept", "Content-Type", "X-Prometheus-Scrape-Timeout-Seconds");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int THREADS = 4;

    /**
     * An answer in the server's place.
     *
     * @param status HTTP status
     * @param type media type
     * @param body text
     */
    record Answer(int status, String type, String body) {}

    private final HttpServer server;
    private final ExecutorService threads;
    private final HttpClient client;
    private final String target;
    private final Map<String, UnaryOperator<JsonNode>> attributes = new ConcurrentHashMap<>();
    private volatile Predicate<String> rejected = query -> false;
    private volatile Map<String, Answer> answers = Map.of();

    private FaultProxy(HttpServer server, ExecutorService threads, HttpClient client, String target) {
        this.server = server;
        this.threads = threads;
        this.client = client;
        this.target = target;
    }

    /**
     * Starts a proxy.
     *
     * @param bind address to listen on
     * @param target base URL of the server, without a trailing slash; empty for none: {@link #answer} first
     */
    static FaultProxy start(InetAddress bind, HttpClient client, String target) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(bind, 0), 64);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.factory("fault-proxy"));
        FaultProxy proxy = new FaultProxy(server, threads, client, target);
        server.setExecutor(threads);
        server.createContext("/", proxy::handle);
        server.start();
        return proxy;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Closes the connection of each request whose query part satisfies {@code query}; the query may be empty. */
    void reject(Predicate<String> query) {
        rejected = query;
    }

    /** Answers requests in the server's place, by the start of their path. */
    void answer(Map<String, Answer> byPath) {
        answers = Map.copyOf(byPath);
    }

    /**
     * Changes an attribute in Jolokia's answers.
     *
     * @param mbean object name as requested
     * @param attribute name, and after slashes the keys within its value
     * @param change of the value; a missing node removes it
     */
    void change(String mbean, String attribute, UnaryOperator<JsonNode> change) {
        attributes.put(mbean + "\n" + attribute, change);
    }

    /** Lets Jolokia's answer report an error for {@code mbean}, as requested. */
    void fail(String mbean) {
        attributes.put(mbean + "\n", value -> value);
    }

    /** Ends all faults. */
    void clear() {
        rejected = query -> false;
        answers = Map.of();
        attributes.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (rejected.test(query == null ? "" : query)) {
                return;
            }
            String path = exchange.getRequestURI().getPath();
            for (Map.Entry<String, Answer> answer : answers.entrySet()) {
                if (path.startsWith(answer.getKey())) {
                    send(
                            exchange,
                            answer.getValue().status(),
                            answer.getValue().type(),
                            answer.getValue().body().getBytes(StandardCharsets.UTF_8));
                    return;
                }
            }
            HttpResponse<byte[]> response = forward(exchange, body);
            byte[] text = attributes.isEmpty() ? response.body() : changed(response.body());
            send(
                    exchange,
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse("text/plain"),
                    text);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target + exchange.getRequestURI()))
                .timeout(TIMEOUT)
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        for (String header : FORWARDED) {
            String value = exchange.getRequestHeaders().getFirst(header);
            if (value != null) {
                request.header(header, value);
            }
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private byte[] changed(byte[] body) throws IOException {
        JsonNode results = StackClient.JSON.readTree(body);
        for (JsonNode result : results) {
            String mbean = result.path("request").path("mbean").asText();
            attributes.forEach((key, change) -> {
                String[] parts = key.split("\n", -1);
                if (parts[0].equals(mbean)) {
                    apply((ObjectNode) result, parts[1], change);
                }
            });
        }
        return StackClient.JSON.writeValueAsBytes(results);
    }

    /** In all MBeans of a pattern; an MBean that the server does not have appears. */
    private static void apply(ObjectNode result, String attribute, UnaryOperator<JsonNode> change) {
        String mbean = result.path("request").path("mbean").asText();
        boolean pattern = mbean.contains("*");
        if (attribute.isEmpty()) {
            result.put("status", 500).put("error", "failed by the benchmark").remove("value");
            return;
        }
        if (!result.path("value").isObject()) {
            result.put("status", 200).putObject("value");
        }
        ObjectNode value = (ObjectNode) result.path("value");
        if (pattern && value.isEmpty()) {
            value.putObject(mbean.replace(",*", ",name=added"));
        }
        for (JsonNode bean : pattern ? value : List.of(value)) {
            ObjectNode at = (ObjectNode) bean;
            String[] keys = attribute.split("/", -1);
            for (int i = 0; i < keys.length - 1; i++) {
                at = at.path(keys[i]).isObject() ? (ObjectNode) at.path(keys[i]) : at.putObject(keys[i]);
            }
            String last = keys[keys.length - 1];
            JsonNode changed = change.apply(at.path(last));
            if (changed.isMissingNode()) {
                at.remove(last);
            } else {
                at.set(last, changed);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
