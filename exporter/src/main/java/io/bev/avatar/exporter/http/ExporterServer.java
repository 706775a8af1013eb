package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.http.BoundedExecutors;
import io.bev.avatar.common.http.BoundedHttpServer;
import io.bev.avatar.common.http.ConnectionLimits;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.exporter.collector.Exposition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * HTTP server of the exporter: {@code /metrics}, {@code /}, {@code /runbooks}, {@code /-/healthy}, {@code /-/ready} and
 * {@code /alerts}.
 *
 * <p>Server threads authenticate and answer health checks; scrapes and alerts each have their own pool, so that none of
 * the three can starve the others. On a loopback address every path except health requires a known Host name, as
 * protection against DNS rebinding; on other addresses only the webhook does, which checks it itself.
 */
public final class ExporterServer implements AutoCloseable {

    private static final int CONNECTIONS = 256;
    /** Several times the size of a scrape without compression. */
    private static final long BYTES_PER_CONNECTION = 4L << 20;

    /** A quarter of the heap. */
    private static final long BYTES = 8L << 20;

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int SERVER_THREADS = 4;
    /** Bounds the memory of scrapes in progress; each takes up to a megabyte. */
    private static final int SCRAPE_THREADS = 8;

    private static final int ALERT_THREADS = 4;
    private static final int QUEUE_CAPACITY = 96;
    private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");

    private final BoundedHttpServer server;
    private final ExecutorService serverThreads;
    private final ExecutorService scrapes = BoundedExecutors.create("scrape", SCRAPE_THREADS, QUEUE_CAPACITY);
    private final ExecutorService alerts = BoundedExecutors.create("alert", ALERT_THREADS, QUEUE_CAPACITY);
    private final AtomicBoolean ready = new AtomicBoolean();
    private final Optional<RequestGuard> readGuard;

    /**
     * Binds the address; {@link #start} starts serving.
     *
     * @param connections from {@link #connections()}
     * @param access TLS and authentication; the webhook has its own authentication
     * @param guard Host and Origin rules
     * @param scrapeTimeout timeout of scrapes whose client sends none
     * @param runbooks handler of {@code /runbooks} and the pages below it
     * @param alertHandler handler of {@code /alerts}, with its own checks
     * @throws IOException when the address cannot be bound
     */
    public ExporterServer(
            InetSocketAddress address,
            ConnectionTable connections,
            ListenerSecurity access,
            RequestGuard guard,
            Exposition exposition,
            Duration scrapeTimeout,
            LandingPage landingPage,
            RunbookPages runbooks,
            HttpHandler alertHandler)
            throws IOException {
        this.server = BoundedHttpServer.at(address, "http")
                .connections(connections)
                .threads(SERVER_THREADS)
                .maxBodyBytes(MAX_BODY_BYTES)
                .tls(access.tls())
                .monitoring(path -> path.equals("/metrics") || path.startsWith("/-/"))
                .bind();
        this.serverThreads = (ExecutorService) server.getExecutor();
        this.readGuard = address.getAddress().isLoopbackAddress() ? Optional.of(guard) : Optional.empty();
        HttpHandler metrics = new MetricsHandler(exposition, scrapeTimeout);
        HttpHandler page = exchange -> servePage(exchange, landingPage);
        HttpHandler healthy = exchange -> Responses.text(exchange, 200, "healthy");
        serve("/", path -> access.guard(checkingSource(readOnly(path, new OffloadingHandler(page, scrapes)))));
        serve(
                "/metrics",
                path -> access.guard(checkingSource(readOnly(path, new OffloadingHandler(metrics, scrapes)))));
        serve(
                RunbookPages.PATH,
                path -> access.guard(checkingSource(below(path, reading(new OffloadingHandler(runbooks, scrapes))))));
        serve("/alerts", path -> access.unguarded(exactPath(path, new OffloadingHandler(alertHandler, alerts))));
        serve("/-/healthy", path -> access.guard(readOnly(path, healthy)));
        serve("/-/ready", path -> access.guard(readOnly(path, this::answerReady)));
    }

    /** Connections of the exporter's listener, with its limits. */
    public static ConnectionTable connections() {
        return new ConnectionTable("exporter", ConnectionLimits.of(CONNECTIONS, BYTES_PER_CONNECTION, BYTES));
    }

    /** Listening address with the actual port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    public void start() {
        server.start();
        ready.set(true);
    }

    private void serve(String path, Function<String, HttpHandler> handler) {
        server.createContext(path, handler.apply(path));
    }

    /** Rejects requests from foreign web pages. */
    private HttpHandler checkingSource(HttpHandler next) {
        return exchange -> {
            Optional<RequestGuard.Rejection> rejection =
                    readGuard.flatMap(guard -> guard.checkSource(exchange.getRequestHeaders()::getFirst));
            if (rejection.isPresent()) {
                Responses.text(
                        exchange, rejection.get().status(), rejection.get().reason());
            } else {
                next.handle(exchange);
            }
        };
    }

    /** Restricts a handler to the exact path; the JDK server matches prefixes. */
    private static HttpHandler exactPath(String path, HttpHandler next) {
        return exchange -> {
            if (exchange.getRequestURI().getPath().equals(path)) {
                next.handle(exchange);
            } else {
                Responses.text(exchange, 404, "not found: see / or /metrics");
            }
        };
    }

    /** Restricts a handler to the path and what is below it. */
    private static HttpHandler below(String path, HttpHandler next) {
        return exchange -> {
            String requested = exchange.getRequestURI().getPath();
            if (requested.equals(path) || requested.startsWith(path + "/")) {
                next.handle(exchange);
            } else {
                Responses.text(exchange, 404, "not found: see / or /metrics");
            }
        };
    }

    private static HttpHandler readOnly(String path, HttpHandler next) {
        return exactPath(path, reading(next));
    }

    private static HttpHandler reading(HttpHandler next) {
        return exchange -> {
            if (READ_METHODS.contains(exchange.getRequestMethod())) {
                next.handle(exchange);
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                Responses.text(exchange, 405, "only GET and HEAD are allowed");
            }
        };
    }

    private static void servePage(HttpExchange exchange, LandingPage page) throws IOException {
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        Responses.send(exchange, 200, "text/html; charset=utf-8", page.render());
    }

    private void answerReady(HttpExchange exchange) throws IOException {
        boolean now = ready.get();
        Responses.text(exchange, now ? 200 : 503, now ? "ready" : "stopping");
    }

    /** Stops immediately: Prometheus scrapes again, and Alertmanager retries unanswered notifications. */
    @Override
    public void close() {
        ready.set(false);
        server.stop(0);
        scrapes.shutdownNow();
        alerts.shutdownNow();
        serverThreads.shutdownNow();
    }
}
