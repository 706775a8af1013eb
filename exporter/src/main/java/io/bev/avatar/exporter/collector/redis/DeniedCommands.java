package io.bev.avatar.exporter.collector.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server refuses to this user. It is asked for once per connection, since every refusal counts as an error there, and
 * its metrics are absent.
 */
final class DeniedCommands {

    private static final Logger LOG = LoggerFactory.getLogger(DeniedCommands.class);

    private final Set<String> refused = new HashSet<>();

    /** Lets everything be asked for again. */
    synchronized void forget() {
        refused.clear();
    }

    /** Sends a command that this user may be denied; nothing where the server said no, now or before. */
    <T extends @Nullable Object> CompletableFuture<Optional<T>> optional(
            String name, Supplier<? extends CompletionStage<T>> command) {
        synchronized (this) {
            if (refused.contains(name)) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
        }
        return command.get()
                .toCompletableFuture()
                .thenApply(Optional::ofNullable)
                .exceptionally(error -> refused(name, error));
    }

    /** A connection that broke fails the whole read. */
    private <T> Optional<T> refused(String name, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (!(cause instanceof RedisCommandExecutionException)) {
            throw new CompletionException(cause);
        }
        synchronized (this) {
            if (refused.add(name)) {
                LOG.info("Redis refuses {}: its metrics are absent ({})", name, cause.getMessage());
            }
        }
        return Optional.empty();
    }
}
