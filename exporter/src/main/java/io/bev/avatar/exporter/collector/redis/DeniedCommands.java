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
 * Commands that the server denies this user. Each is tried once per connection, because every denial counts as an error
 * on the server; the metrics of a denied command are absent.
 */
final class DeniedCommands {

    private static final Logger LOG = LoggerFactory.getLogger(DeniedCommands.class);

    private final Set<String> denied = new HashSet<>();

    /** Clears the denied commands, so that all are tried again. */
    synchronized void clear() {
        denied.clear();
    }

    /** Sends a command that may be denied; empty when it is denied now or was before. */
    <T extends @Nullable Object> CompletableFuture<Optional<T>> optional(
            String name, Supplier<? extends CompletionStage<T>> command) {
        synchronized (this) {
            if (denied.contains(name)) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
        }
        return command.get()
                .toCompletableFuture()
                .thenApply(Optional::ofNullable)
                .exceptionally(error -> denied(name, error));
    }

    /** Records a denied command; any other failure, such as a lost connection, fails the whole read. */
    private <T> Optional<T> denied(String name, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (!(cause instanceof RedisCommandExecutionException)) {
            throw new CompletionException(cause);
        }
        synchronized (this) {
            if (denied.add(name)) {
                LOG.info("Redis denies command {}: its metrics are absent ({})", name, cause.getMessage());
            }
        }
        return Optional.empty();
    }
}
