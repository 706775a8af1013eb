package io.bev.avatar.exporter.client;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Asks HTTP servers on behalf of the collectors, which share one: no answer lasts longer or grows larger than allowed,
 * redirects are not followed, no proxy is used, connections are kept for the next scrape.
 */
public final class HttpSource implements AutoCloseable {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread created = new Thread(task, "http-source");
        created.setDaemon(true);
        return created;
    });

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(executor)
            .build();

    /** As the other one, for bodies that end. */
    public HttpResponse<String> exchange(HttpRequest request, Duration timeout, int maxBytes)
            throws IOException, InterruptedException {
        return send(request, timeout, new LimitedBody(maxBytes, null));
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
        return send(request, timeout, new LimitedBody(maxBytes, enough));
    }

    private HttpResponse<String> send(HttpRequest request, Duration timeout, LimitedBody body)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request, info -> body);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            HttpTimeoutException late = new HttpTimeoutException("no answer within " + timeout.toMillis() + " ms");
            late.initCause(e);
            throw late;
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static IOException failure(Throwable cause) {
        if (cause instanceof java.net.ConnectException) {
            return new java.net.ConnectException("nothing listens there");
        }
        String message = cause.getMessage();
        return new IOException(message == null ? cause.getClass().getSimpleName() : message, cause);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
