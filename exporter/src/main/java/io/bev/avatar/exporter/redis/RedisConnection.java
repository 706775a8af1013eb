package io.bev.avatar.exporter.redis;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.text.ErrorText;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One persistent connection to Redis. It is opened by the first call that needs it and closed after an error or
 * timeout, so an unreachable Redis costs each call one attempt and leaves no queued commands. No message contains the
 * password.
 */
public final class RedisConnection implements AutoCloseable {

    private final Supplier<CompletableFuture<StatefulConnection<String, String>>> opener;
    private final RedisConfig config;
    private final int database;
    private final @Nullable RedisConnection node;
    private @Nullable StatefulConnection<String, String> connection;

    /**
     * @param opener starts to connect
     * @param database database number of the address
     * @param node for a Cluster, the link to its first node; otherwise null
     */
    RedisConnection(
            Supplier<CompletableFuture<StatefulConnection<String, String>>> opener,
            RedisConfig config,
            int database,
            @Nullable RedisConnection node) {
        this.opener = opener;
        this.config = config;
        this.database = database;
        this.node = node;
    }

    /** Database number of the address. */
    public int database() {
        return database;
    }

    /** The link to one server: this one, or for a Cluster the one to the first node of the address. */
    public RedisConnection node() {
        return node == null ? this : node;
    }

    /**
     * Sends commands and waits for all replies.
     *
     * @param round sends the commands and combines the replies
     * @throws IOException when Redis is unreachable, late, or replies with an error; the message contains the remedy
     */
    public <T> T call(Function<RedisCommands, CompletionStage<T>> round) throws IOException, InterruptedException {
        StatefulConnection<String, String> open = connection();
        boolean usable = false;
        try {
            T reply = await(send(round, open).toCompletableFuture());
            usable = true;
            return reply;
        } catch (ExecutionException e) {
            Throwable cause = root(e);
            usable = cause instanceof RedisCommandExecutionException;
            throw failure(cause);
        } catch (TimeoutException e) {
            throw failure(e);
        } finally {
            if (!usable) {
                drop(open);
            }
        }
    }

    /** Sends the commands of a round to one server in one packet; the connections of a Cluster open one by one. */
    private static <T> CompletionStage<T> send(
            Function<RedisCommands, CompletionStage<T>> round, StatefulConnection<String, String> open) {
        RedisCommands commands = new RedisCommands(open);
        if (!(open instanceof StatefulRedisConnection<?, ?>)) {
            return round.apply(commands);
        }
        open.setAutoFlushCommands(false);
        try {
            return round.apply(commands);
        } finally {
            open.setAutoFlushCommands(true);
            open.flushCommands();
        }
    }

    private synchronized StatefulConnection<String, String> connection() throws IOException, InterruptedException {
        StatefulConnection<String, String> open = connection;
        if (open != null && open.isOpen()) {
            return open;
        }
        connection = null;
        CompletableFuture<StatefulConnection<String, String>> opening = opener.get();
        try {
            StatefulConnection<String, String> newConnection = await(opening);
            connection = newConnection;
            return newConnection;
        } catch (ExecutionException | TimeoutException e) {
            closeOnceOpened(opening);
            throw failure(root(e));
        } catch (InterruptedException e) {
            closeOnceOpened(opening);
            throw e;
        }
    }

    /** Closes a connection that is established after its caller timed out. */
    private static void closeOnceOpened(CompletableFuture<StatefulConnection<String, String>> opening) {
        CompletableFuture<Void> unused = opening.thenCompose(StatefulConnection::closeAsync);
    }

    private <T> T await(CompletableFuture<T> reply) throws ExecutionException, TimeoutException, InterruptedException {
        return reply.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void drop(StatefulConnection<String, String> broken) {
        if (broken.equals(connection)) {
            connection = null;
        }
        CompletableFuture<Void> unused = broken.closeAsync();
    }

    /** Omits the cause: some Lettuce exceptions contain the address with the password. */
    private IOException failure(Throwable cause) {
        String why;
        String remedy = "start Redis or fix redis.url";
        if (cause instanceof TimeoutException) {
            why = "no response within " + config.timeout().toMillis() + " ms";
        } else if (cause instanceof RedisCommandExecutionException) {
            why = "error reply " + cause.getMessage();
            remedy = remedy(cause);
        } else if (cause instanceof ClosedChannelException) {
            why = "connection closed";
        } else {
            String message = ErrorText.of(cause);
            // Lettuce's message for a connection already known to be closed; it has no exception class for it.
            why = message.startsWith("Currently not connected") ? "connection closed" : message;
        }
        return new IOException(
                "Redis at " + config.address() + ": " + config.address().withoutPassword(why) + "; " + remedy);
    }

    private static String remedy(Throwable error) {
        if (error instanceof RedisLoadingException) {
            return "wait until Redis has loaded its data";
        }
        if (error instanceof RedisBusyException) {
            return "wait for the script, or end it with SCRIPT KILL or FUNCTION KILL";
        }
        return "fix this on the server or in redis.url";
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof ExecutionException
                        || cause instanceof CompletionException
                        || cause instanceof io.lettuce.core.RedisConnectionException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public synchronized void close() {
        StatefulConnection<String, String> open = connection;
        connection = null;
        if (open != null) {
            CompletableFuture<Void> unused = open.closeAsync();
        }
    }
}
