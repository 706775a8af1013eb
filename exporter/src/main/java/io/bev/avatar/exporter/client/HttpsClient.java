package io.bev.avatar.exporter.client;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** HTTPS client based on the JDK's client, which is large and loaded only if needed. */
final class HttpsClient implements AutoCloseable {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(DaemonThreads.factory("tls-source"));

    private final HttpClient client;

    /** @param trust replaces Java's default */
    HttpsClient(Optional<SSLContext> trust) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .executor(executor);
        trust.ifPresent(builder::sslContext);
        client = builder.build();
    }

    /** See {@link BoundedHttpClient#exchange(HttpRequest, Duration, int, Predicate)}. */
    HttpResponse<String> exchange(
            HttpRequest request, Duration timeout, int maxBytes, @Nullable Predicate<String> enough)
            throws IOException, InterruptedException {
        return send(request, timeout, new LimitedBody(maxBytes, enough));
    }

    private HttpResponse<String> send(HttpRequest request, Duration timeout, LimitedBody body)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request, info -> body);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            HttpTimeoutException late = new HttpTimeoutException("no response within " + timeout.toMillis() + " ms");
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
            return new java.net.ConnectException("connection refused");
        }
        return new IOException(ErrorText.of(cause), cause);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
