package io.bev.avatar.exporter.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Subscriber that reads a body of limited size as UTF-8 text; an endless stream is cancelled once it is sufficient. */
final class LimitedBody implements BodySubscriber<String> {

    private final int maxBytes;
    private final @Nullable Predicate<String> enough;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<String> body = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    /** @param enough whether the text read so far is sufficient; null to read to the end */
    LimitedBody(int maxBytes, @Nullable Predicate<String> enough) {
        this.maxBytes = maxBytes;
        this.enough = enough;
    }

    @Override
    public CompletionStage<String> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        if (body.isDone()) {
            return;
        }
        for (ByteBuffer part : parts) {
            if (bytes.size() + part.remaining() > maxBytes) {
                cancel();
                body.completeExceptionally(new IOException("response larger than " + maxBytes + " bytes"));
                return;
            }
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
        }
        if (enough != null && enough.test(text())) {
            cancel();
            body.complete(text());
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(text());
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void cancel() {
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
