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
 * Asks HTTP servers on behalf of the collectors, which share one: no answer lasts longer or grows larger than allowed,
 * redirects are not followed, no proxy is used, connections are kept for the next scrape.
 *
 * <p>Plain HTTP is spoken on the caller's thread with a few classes; what a scrape asks is on this machine. Only {@code https}
 * addresses load the JDK's client.
 */
public final class BoundedHttpClient implements AutoCloseable {

    /** Per server; collectors ask one at a time each. */
    private static final int MAX_IDLE = 2;

    private final Map<String, Deque<HttpConnection>> idle = new HashMap<>();
    private final Optional<SSLContext> trust;
    private @Nullable HttpsClient tls;

    /** Trusts whom Java trusts. */
    public BoundedHttpClient() {
        this(Optional.empty());
    }

    /** @param trust for {@code https}, in place of Java's own */
    public BoundedHttpClient(Optional<SSLContext> trust) {
        this.trust = trust;
    }

    /** As the other one, for bodies that end. */
    public HttpResponse<String> exchange(HttpRequest request, Duration timeout, int maxBytes)
            throws IOException, InterruptedException {
        return send(request, timeout, maxBytes, null);
    }

    /**
     * Sends {@code request} and waits for the whole answer.
     *
     * @param timeout from sending to the body's end
     * @param maxBytes how large the body may be
     * @param enough whether the body so far is all that is wanted, for streams that stay open
     * @throws IOException when there is no such answer; the message says why, not where
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
            HttpTimeoutException late = new HttpTimeoutException("no answer within " + timeout.toMillis() + " ms");
            late.initCause(e);
            throw late;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("while waiting for an answer");
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
        HttpConnection kept = take(server);
        if (kept != null) {
            try {
                return answered(server, kept, request, deadlineNanos, maxBytes, enough);
            } catch (HttpConnection.StaleException e) {
                // The server has closed it meanwhile, without reading the request.
            }
        }
        URI uri = request.uri();
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        HttpConnection fresh = HttpConnection.open(uri.getHost(), port, deadlineNanos);
        return answered(server, fresh, request, deadlineNanos, maxBytes, enough);
    }

    private HttpResponse<String> answered(
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
            if (!reusable || !keep(server, connection)) {
                connection.close();
            }
        }
    }

    private synchronized @Nullable HttpConnection take(String server) {
        Deque<HttpConnection> kept = idle.get(server);
        return kept == null ? null : kept.pollFirst();
    }

    private synchronized boolean keep(String server, HttpConnection connection) {
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
