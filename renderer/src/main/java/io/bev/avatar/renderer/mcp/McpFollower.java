package io.bev.avatar.renderer.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.mcp.FollowConfig.Rule;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Client of another MCP server, over streamable HTTP: its resource updates and log messages change the avatar by the rules of
 * {@link FollowConfig}. Connects again with back-off; without the server nothing happens. Of the updates that wait, only the
 * newest of each rule is sent.
 */
public final class McpFollower {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long PING_MILLIS = 15_000;
    private static final long MIN_BACKOFF_MILLIS = 1000;
    private static final long MAX_BACKOFF_MILLIS = 60_000;
    private static final int MAX_BYTES = 1 << 20;
    /** Least time between two updates of the avatar. */
    private static final long PAUSE_MILLIS = 100;

    private final FollowConfig config;
    private final String version;
    private final RendererClient renderer;
    private final Consumer<String> report;
    private final Object lock = new Object();
    // Guarded by the lock.
    private final Map<Rule, JsonNode> waiting = new LinkedHashMap<>();

    /**
     * @param renderer base URL of the page
     * @param password control password, for protected updates
     * @param report receives one line per change of the connection and per rejected update
     */
    public McpFollower(
            FollowConfig config, String version, URI renderer, Optional<String> password, Consumer<String> report) {
        this.config = config;
        this.version = version;
        this.renderer = new RendererClient(renderer, renderer, renderer, password);
        this.report = report;
    }

    /** Follows until interrupted. */
    public void run() throws InterruptedException {
        long backoff = MIN_BACKOFF_MILLIS;
        boolean reported = false;
        while (true) {
            try (McpSyncClient client = client()) {
                connect(client);
                report.accept("following " + config.server());
                backoff = MIN_BACKOFF_MILLIS;
                reported = false;
                follow(client);
            } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("following " + config.server());
                }
                if (!reported) {
                    report.accept(config.server() + " is unreachable (" + ErrorText.of(cause(e)) + "); retrying");
                    reported = true;
                }
            }
            Thread.sleep(backoff + ThreadLocalRandom.current().nextLong(backoff / 4 + 1));
            backoff = Math.min(2 * backoff, MAX_BACKOFF_MILLIS);
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null || cause == failure ? failure : cause(cause);
    }

    private McpSyncClient client() {
        URI server = config.server();
        String query = server.getRawQuery() == null ? "" : "?" + server.getRawQuery();
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        server.getScheme() + "://" + server.getRawAuthority())
                .endpoint(server.getRawPath() + query)
                .jsonMapper(new JacksonMcpJsonMapper(JsonMapper.builder().build()))
                .connectTimeout(TIMEOUT)
                .maxResponseSize(MAX_BYTES)
                .openConnectionOnStartup(true)
                .build();
        return McpClient.sync(transport)
                .requestTimeout(TIMEOUT)
                .initializationTimeout(TIMEOUT)
                .clientInfo(McpSchema.Implementation.builder("avatar", version).build())
                .resourcesUpdateConsumer(this::updated)
                .loggingConsumer(message -> logged(String.valueOf(message.data())))
                .build();
    }

    @SuppressWarnings("deprecation") // the level of log messages: servers of today's protocol version need it
    private void connect(McpSyncClient client) {
        client.initialize();
        McpSchema.ServerCapabilities offers = client.getServerCapabilities();
        boolean messages =
                config.rules().stream().anyMatch(rule -> rule.message().isPresent());
        if (messages && offers.logging() != null) {
            client.setLoggingLevel(McpSchema.LoggingLevel.INFO);
        }
        for (Rule rule : config.rules()) {
            if (rule.resource().isPresent()) {
                subscribe(client, rule, rule.resource().get());
            }
        }
    }

    /** Subscribes, and sends the content at once if it is an event: it may have changed while disconnected. */
    private void subscribe(McpSyncClient client, Rule rule, String uri) {
        try {
            client.subscribeResource(McpSchema.SubscribeRequest.builder(uri).build());
            if (rule.event()) {
                updated(client.readResource(
                                McpSchema.ReadResourceRequest.builder(uri).build())
                        .contents());
            }
        } catch (io.modelcontextprotocol.spec.McpError e) {
            report.accept(uri + ": the server rejects the subscription (" + e.getMessage() + ")");
        }
    }

    private void updated(List<McpSchema.ResourceContents> contents) {
        for (McpSchema.ResourceContents content : contents) {
            config.rules().stream()
                    .filter(rule ->
                            rule.resource().filter(content.uri()::equals).isPresent())
                    .findFirst()
                    .ifPresent(rule -> enqueue(rule, content));
        }
    }

    private void enqueue(Rule rule, McpSchema.ResourceContents content) {
        if (!rule.event()) {
            enqueue(rule, rule.update());
        } else if (content instanceof McpSchema.TextResourceContents text) {
            try {
                enqueue(rule, JsonTrees.JSON.read(text.text()));
            } catch (IOException e) {
                report.accept(content.uri() + ": not JSON, expected an OSINT event");
            }
        } else {
            report.accept(content.uri() + ": binary, expected an OSINT event as JSON");
        }
    }

    private void logged(String text) {
        config.rules().stream()
                .filter(rule -> rule.matchesMessage(text))
                .findFirst()
                .ifPresent(rule -> enqueue(rule, rule.update()));
    }

    private void enqueue(Rule rule, JsonNode document) {
        synchronized (lock) {
            waiting.put(rule, document);
            lock.notifyAll();
        }
    }

    private void follow(McpSyncClient client) throws InterruptedException {
        while (true) {
            Optional<Map.Entry<Rule, JsonNode>> next = next();
            if (next.isEmpty()) {
                client.ping();
            } else {
                send(next.get().getKey(), next.get().getValue());
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** The update that waits longest; empty after a while without one. */
    private Optional<Map.Entry<Rule, JsonNode>> next() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PING_MILLIS);
        synchronized (lock) {
            while (waiting.isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return Optional.empty();
                }
                lock.wait(left);
            }
            Rule oldest = waiting.keySet().iterator().next();
            return Optional.of(Map.entry(oldest, waiting.remove(oldest)));
        }
    }

    private void send(Rule rule, JsonNode document) {
        try {
            renderer.post(rule.event() ? "/osint" : "/state", document);
        } catch (RendererClient.FailedException e) {
            report.accept("update not applied: " + e.getMessage());
        }
    }
}
