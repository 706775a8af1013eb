package io.bev.avatar.e2e.stack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** A page of another site, and a server without protection that shows which of the page's attempts a browser permits. */
final class HostilePage implements AutoCloseable {

    /** Lets the names of the attacker resolve to loopback, as in DNS rebinding. */
    static final String RESOLVER_RULES = "--host-resolver-rules=MAP *.example 127.0.0.1";

    private final HttpServer server;
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();

    private HostilePage(HttpServer server) {
        this.server = server;
    }

    static HostilePage serve() throws IOException {
        HostilePage page =
                new HostilePage(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        page.server.createContext("/attack", exchange -> reply(exchange, "text/html", page.html()));
        page.server.createContext("/unprotected/", exchange -> {
            page.requests.merge(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), 1, Integer::sum);
            exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "http://attacker.example:" + page.port());
            exchange.getResponseHeaders().set("Access-Control-Allow-Credentials", "true");
            exchange.getResponseHeaders().set("Access-Control-Allow-Methods", "PUT");
            exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "Content-Type");
            reply(exchange, exchange.getRequestURI().getPath().endsWith("events") ? "text/event-stream" : "", "{}");
        });
        page.server.start();
        return page;
    }

    private String html() throws IOException {
        try (InputStream script = HostilePage.class.getResourceAsStream("/hostile-page.js")) {
            return "<!doctype html><title>attacker</title><body><script>"
                    + new String(script.readAllBytes(), StandardCharsets.UTF_8) + "</script>";
        }
    }

    private static void reply(HttpExchange exchange, String type, String body) throws IOException {
        if (!type.isEmpty()) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /** Address of the unprotected server. */
    String unprotected() {
        return "http://127.0.0.1:" + port() + "/unprotected";
    }

    /** Requests that reached the unprotected server, as method and path. */
    Map<String, Integer> requests() {
        return requests;
    }

    /** Lets the page try everything against the server at {@code base}; the outcome of each attempt by its name. */
    Map<String, String> attack(Browser browser, String base, List<String> readPaths, List<String> writePaths) {
        browser.open("http://attacker.example:" + port() + "/attack");
        Object results = browser.script(
                "return attack('" + base + "', {read: " + quoted(readPaths) + ", write: " + quoted(writePaths) + "})");
        Map<String, String> outcomes = new TreeMap<>();
        ((Map<?, ?>) results).forEach((name, outcome) -> outcomes.put(base + " " + name, String.valueOf(outcome)));
        return outcomes;
    }

    private static String quoted(List<String> paths) {
        return "['" + String.join("', '", paths) + "']";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
