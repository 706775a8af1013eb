package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.cds.HttpProbe;
import io.bev.avatar.cds.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A page in headless Chromium, controlled by the Chrome DevTools Protocol. */
final class ChromiumPage implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();

    /**
     * Starts Chromium without windows; its pages may play sound, for which it needs no device.
     *
     * @param flags in addition
     */
    static int startBrowser(Sandbox sandbox, String chromium, String... flags)
            throws IOException, InterruptedException {
        int port = sandbox.freePort();
        List<String> command = new ArrayList<>(List.of(
                chromium,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-background-timer-throttling",
                "--disable-renderer-backgrounding",
                "--disable-backgrounding-occluded-windows",
                "--window-size=1000,800",
                "--user-data-dir=" + sandbox.directory().resolve("chromium"),
                "--remote-debugging-port=" + port));
        command.addAll(List.of(flags));
        command.add("about:blank");
        var browser = sandbox.start("chromium", command, Map.of());
        HttpProbe probe = sandbox.web();
        sandbox.awaitReady("chromium", browser, () -> probe.answers("http://127.0.0.1:" + port + "/json/version"));
        return port;
    }

    /**
     * Opens a page.
     *
     * @param port of a browser's DevTools
     * @param script run in the page before its own
     */
    static ChromiumPage open(int port, String url, String script) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpResponse<String> target = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String address = StackClient.JSON
                .readTree(target.body())
                .path("webSocketDebuggerUrl")
                .asText();
        ChromiumPage page = new ChromiumPage(http, URI.create(address));
        page.call("Page.enable", StackClient.JSON.createObjectNode());
        page.call(
                "Page.addScriptToEvaluateOnNewDocument",
                StackClient.JSON.createObjectNode().put("source", script));
        page.call("Page.navigate", StackClient.JSON.createObjectNode().put("url", url));
        return page;
    }

    private ChromiumPage(HttpClient http, URI address) throws IOException {
        this.socket = result(http.newWebSocketBuilder().buildAsync(address, new Receiver()));
    }

    /** Completes the calls. */
    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    JsonNode message = StackClient.JSON.readTree(text.toString());
                    CompletableFuture<JsonNode> call =
                            waiting.remove(message.path("id").asInt());
                    if (call != null) {
                        call.complete(message);
                    }
                } catch (IOException e) {
                    waiting.values().forEach(call -> call.completeExceptionally(e));
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private JsonNode call(String method, ObjectNode parameters) throws IOException {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        ObjectNode message = StackClient.JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        result(socket.sendText(message.toString(), true));
        JsonNode response = result(answer);
        if (response.has("error")) {
            throw new IOException("chromium: " + method + ": " + response.path("error"));
        }
        return response.path("result");
    }

    /** Value of an expression, awaited if it is a promise; runs as if the user had clicked. */
    JsonNode evaluate(String expression) throws IOException {
        JsonNode answer = call(
                "Runtime.evaluate",
                StackClient.JSON
                        .createObjectNode()
                        .put("expression", expression)
                        .put("awaitPromise", true)
                        .put("returnByValue", true)
                        .put("userGesture", true));
        if (answer.has("exceptionDetails")) {
            throw new IOException("page: " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Waits until an expression is true. */
    void await(String expression) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!evaluate(expression).asBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("page: expected " + expression + " within 30 s");
            }
            Thread.sleep(50);
        }
    }

    private static <T> T result(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("chromium: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("chromium: interrupted", e);
        }
    }

    @Override
    public void close() {
        socket.abort();
    }
}
