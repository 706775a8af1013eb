package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.http.BoundedExecutors;
import io.bev.avatar.common.http.BoundedHttpServer;
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
 * The exporter's HTTP listener: {@code /metrics}, {@code /}, {@code /-/healthy}, {@code /-/ready} and {@code /alerts}.
 *
 * <p>Its own threads read requests and answer health; scrapes and alerts run on a pool each, so that none of the three can
 * starve another. On a loopback address every path but health demands one of our own Host names, against browsers; elsewhere
 * only the webhook, which checks for itself.
 */
public final class ExporterServer implements AutoCloseable {

    /** More than the slow clients that a loopback listener meets; each one holds a thread until its time limit. */
    private static final int FRONT_THREADS = 128;

    private static final int SCRAPE_THREADS = 32;
    private static final int ALERT_THREADS = 4;
    private static final int WAITING = 96;
    private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");

    private final HttpServer server;
    private final ExecutorService front;
    private final ExecutorService scrapes = BoundedExecutors.create("scrape", SCRAPE_THREADS, WAITING);
    private final ExecutorService alerts = BoundedExecutors.create("alert", ALERT_THREADS, WAITING);
    private final AtomicBoolean ready = new AtomicBoolean();
    private final Optional<RequestGuard> readGuard;

    /**
     * Binds; {@link #start} serves.
     *
     * @param access who may read, and over what; the webhook has a secret of its own
     * @param guard Host and Origin rules
     * @param scrapeTimeout for scrapes that name none
     * @param alertHandler of {@code /alerts}, with checks of its own
     * @throws IOException when the address cannot be bound
     */
    public ExporterServer(
            InetSocketAddress address,
            ListenerSecurity access,
            RequestGuard guard,
            Exposition exposition,
            Duration scrapeTimeout,
            LandingPage landingPage,
            HttpHandler alertHandler)
            throws IOException {
        this.server = BoundedHttpServer.create(address, "http", FRONT_THREADS, access.tls());
        this.front = (ExecutorService) server.getExecutor();
        this.readGuard = address.getAddress().isLoopbackAddress() ? Optional.of(guard) : Optional.empty();
        HttpHandler metrics = new MetricsHandler(exposition, scrapeTimeout);
        HttpHandler page = exchange -> servePage(exchange, landingPage);
        HttpHandler healthy = exchange -> Responses.text(exchange, 200, "healthy");
        serve("/", path -> access.guard(fromUs(reading(path, new OffloadingHandler(page, scrapes)))));
        serve("/metrics", path -> access.guard(fromUs(reading(path, new OffloadingHandler(metrics, scrapes)))));
        serve("/alerts", path -> access.unguarded(only(path, new OffloadingHandler(alertHandler, alerts))));
        serve("/-/healthy", path -> access.guard(reading(path, healthy)));
        serve("/-/ready", path -> access.guard(reading(path, this::answerReady)));
    }

    /** Where the server listens, with the port that was really taken. */
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

    /** Keeps browsers' foreign pages out. */
    private HttpHandler fromUs(HttpHandler next) {
        return exchange -> {
            Optional<RequestGuard.Rejection> refused =
                    readGuard.flatMap(guard -> guard.checkSource(exchange.getRequestHeaders()::getFirst));
            if (refused.isPresent()) {
                Responses.text(exchange, refused.get().status(), refused.get().reason());
            } else {
                next.handle(exchange);
            }
        };
    }

    /** That very path: the JDK also hands over whatever begins with it. */
    private static HttpHandler only(String path, HttpHandler next) {
        return exchange -> {
            if (exchange.getRequestURI().getPath().equals(path)) {
                next.handle(exchange);
            } else {
                Responses.text(exchange, 404, "no such page: see / or /metrics");
            }
        };
    }

    private static HttpHandler reading(String path, HttpHandler next) {
        return only(path, exchange -> {
            if (READ_METHODS.contains(exchange.getRequestMethod())) {
                next.handle(exchange);
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                Responses.text(exchange, 405, "only GET and HEAD");
            }
        });
    }

    private static void servePage(HttpExchange exchange, LandingPage page) throws IOException {
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        Responses.send(exchange, 200, "text/html; charset=utf-8", page.render());
    }

    private void answerReady(HttpExchange exchange) throws IOException {
        boolean now = ready.get();
        Responses.text(exchange, now ? 200 : 503, now ? "ready" : "stopping");
    }

    /** Ends at once: Prometheus scrapes again, and Alertmanager sends again what it got no answer for. */
    @Override
    public void close() {
        ready.set(false);
        server.stop(0);
        scrapes.shutdownNow();
        alerts.shutdownNow();
        front.shutdownNow();
    }
}
