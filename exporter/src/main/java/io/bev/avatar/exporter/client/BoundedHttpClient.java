package io.bev.avatar.exporter.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Bounded HTTP client shared by the collectors: responses are limited in time and size, redirects are not followed, no
 * proxy is used, connections are kept alive for the next scrape.
 *
 * <p>Plain HTTP runs on the caller's thread with few classes, to save memory; the sources of a scrape are on this
 * machine. Only {@code https} URLs load the JDK's client.
 *
 * <p>{@code HttpURLConnection} is not used: its timeouts apply to each read rather than to the response, an interrupt does
 * not end it, and it sends a POST again on its own, which would repeat a recovery action.
 */
public final class BoundedHttpClient implements AutoCloseable {

    /** Idle connections per server; each collector sends one request at a time. */
    private static final int MAX_IDLE = 2;

    private final Map<String, Deque<HttpConnection>> idle = new HashMap<>();
    private final Optional<SSLContext> trust;
    private @Nullable HttpsClient tls;

    /** Creates a client with Java's default trust store. */
    public BoundedHttpClient() {
        this(Optional.empty());
    }

    /** @param trust for {@code https}, replacing Java's default */
    public BoundedHttpClient(Optional<SSLContext> trust) {
        this.trust = trust;
    }

    /** Sends {@code request} and waits for the complete response. */
    public HttpResponse<String> exchange(HttpRequest request, Duration timeout, int maxBytes)
            throws IOException, InterruptedException {
        return send(request, timeout, maxBytes, null);
    }

    /**
     * Sends {@code request} and waits for the response, or for enough of it.
     *
     * @param timeout from sending to the end of the body
     * @param maxBytes maximum size of the body, in bytes
     * @param enough whether the body read so far is sufficient, for streams that stay open
     * @throws IOException if the request fails; the message gives the reason without the URL
     */
    public HttpResponse<String> exchange(HttpRequest request, Duration timeout, int maxBytes, Predicate<String> enough)
            throws IOException, InterruptedException {
        return send(request, timeout, maxBytes, enough);
    }

    private HttpResponse<String> send(
            HttpRequest request, Duration timeout, int maxBytes, @Nullable Predicate<String> enough)
            throws IOException, InterruptedException {
        if ("https".equals(request.uri().getScheme())) {
            return tls().exchange(request, timeout, maxBytes, enough);
        }
        try {
            return plain(request, System.nanoTime() + timeout.toNanos(), maxBytes, enough);
        } catch (SocketTimeoutException e) {
            HttpTimeoutException late = new HttpTimeoutException("no response within " + timeout.toMillis() + " ms");
            late.initCause(e);
            throw late;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("while waiting for a response");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
    }

    private HttpResponse<String> plain(
            HttpRequest request, long deadlineNanos, int maxBytes, @Nullable Predicate<String> enough)
            throws IOException {
        String server = request.uri().getAuthority();
        HttpConnection kept = acquire(server);
        if (kept != null) {
            try {
                return exchangeOn(server, kept, request, deadlineNanos, maxBytes, enough);
            } catch (HttpConnection.StaleException e) {
                // The server closed the idle connection without reading the request; retry on a new one.
            }
        }
        URI uri = request.uri();
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        HttpConnection opened = HttpConnection.open(uri.getHost(), port, deadlineNanos);
        return exchangeOn(server, opened, request, deadlineNanos, maxBytes, enough);
    }

    private HttpResponse<String> exchangeOn(
            String server,
            HttpConnection connection,
            HttpRequest request,
            long deadlineNanos,
            int maxBytes,
            @Nullable Predicate<String> enough)
            throws IOException {
        boolean reusable = false;
        try {
            HttpAnswer answer = connection.exchange(request, deadlineNanos, maxBytes, enough);
            reusable = answer.reusable();
            return answer;
        } finally {
            if (!reusable || !release(server, connection)) {
                connection.close();
            }
        }
    }

    private synchronized @Nullable HttpConnection acquire(String server) {
        Deque<HttpConnection> kept = idle.get(server);
        return kept == null ? null : kept.pollFirst();
    }

    private synchronized boolean release(String server, HttpConnection connection) {
        Deque<HttpConnection> kept = idle.computeIfAbsent(server, s -> new ArrayDeque<>(MAX_IDLE));
        return kept.size() < MAX_IDLE && kept.offerFirst(connection);
    }

    private synchronized HttpsClient tls() {
        HttpsClient source = tls;
        if (source == null) {
            source = new HttpsClient(trust);
            tls = source;
        }
        return source;
    }

    @Override
    public synchronized void close() {
        idle.values().forEach(kept -> kept.forEach(HttpConnection::close));
        idle.clear();
        if (tls != null) {
            tls.close();
        }
    }
}
