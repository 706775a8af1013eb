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

/** A body as UTF-8 text, of at most so many bytes; a stream that goes on is left once it says enough. */
final class LimitedBody implements BodySubscriber<String> {

    private final int maxBytes;
    private final @Nullable Predicate<String> enough;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<String> body = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    /** @param enough whether the text so far is all that is wanted; null to take the body to its end */
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
                leave();
                body.completeExceptionally(new IOException("an answer larger than " + maxBytes + " bytes"));
                return;
            }
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
        }
        if (enough != null && enough.test(text())) {
            leave();
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

    private void leave() {
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
