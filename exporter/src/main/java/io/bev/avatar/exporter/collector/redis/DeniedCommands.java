package io.bev.avatar.exporter.collector.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands that may fail without failing the whole read. The metrics of a failed command are absent.
 *
 * <p>One that the server does not know or does not permit to this user is sent again only after {@link #RETRY}, because
 * every denial counts as an error on the server. Any other error, such as {@code BUSY}, is reported and the command is sent
 * again in the next read. A key, group or database that vanished in between is neither.
 */
final class DeniedCommands {

    private static final Logger LOG = LoggerFactory.getLogger(DeniedCommands.class);

    /** Time after which a denied command is sent again: permissions can change. */
    static final Duration RETRY = Duration.ofMinutes(1);

    private static final Pattern DENIED = Pattern.compile(
            "NOPERM\\b.*|ERR (unknown (sub)?command\\b.*|.*\\b(not supported|unsupported|disabled|not allowed)\\b.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern VANISHED =
            Pattern.compile("(WRONGTYPE|NOGROUP)\\b.*|ERR no such key.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Clock clock;
    private final Map<String, Instant> denied = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    DeniedCommands(Clock clock) {
        this.clock = clock;
    }

    /** Forgets the errors of the previous read. */
    synchronized void startRead() {
        problems.clear();
    }

    /** The errors of this read other than denials: command and reply. */
    synchronized List<String> problems() {
        return List.copyOf(problems);
    }

    /**
     * Sends a command that may fail; empty when it fails, or was denied before.
     *
     * @param name the command, with the key or group that it concerns
     */
    <T extends @Nullable Object> CompletableFuture<Optional<T>> optional(
            String name, Supplier<? extends CompletionStage<T>> command) {
        synchronized (this) {
            Instant since = denied.get(name);
            Instant now = clock.instant();
            // A time after now was recorded before the clock was set back.
            if (since != null && !since.isAfter(now) && now.isBefore(since.plus(RETRY))) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
        }
        return command.get()
                .toCompletableFuture()
                .thenApply(reply -> {
                    answered(name);
                    return Optional.ofNullable(reply);
                })
                .exceptionally(error -> failed(name, error));
    }

    private synchronized void answered(String name) {
        if (denied.remove(name) != null) {
            LOG.info("Redis permits command {} again", name);
        }
    }

    /** Records an error reply; any other failure, such as a lost connection, fails the whole read. */
    private <T> Optional<T> failed(String name, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (!(cause instanceof RedisCommandExecutionException)) {
            throw new CompletionException(cause);
        }
        String reply = String.valueOf(cause.getMessage());
        synchronized (this) {
            if (DENIED.matcher(reply).matches()) {
                if (denied.put(name, clock.instant()) == null) {
                    LOG.info("Redis denies command {}: its metrics are absent ({})", name, reply);
                }
            } else if (!VANISHED.matcher(reply).matches()) {
                problems.add(name + ": " + reply);
            }
        }
        return Optional.empty();
    }
}
