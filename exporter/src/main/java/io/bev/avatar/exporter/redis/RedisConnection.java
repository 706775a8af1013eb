package io.bev.avatar.exporter.redis;

import io.bev.avatar.exporter.config.RedisConfig;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
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
 * One kept connection to Redis. It is opened by the call that needs it and dropped when it breaks or does not answer in time,
 * so a Redis that is away costs each call one attempt and leaves nothing queued. No message holds the password.
 */
public final class RedisConnection implements AutoCloseable {

    /**
     * A connection and its commands. Those of a single server and of a Cluster have this type in common.
     *
     * @param connection to be closed
     */
    record Open(StatefulConnection<String, String> connection, RedisClusterAsyncCommands<String, String> commands) {}

    private final Supplier<CompletableFuture<Open>> opener;
    private final RedisConfig config;
    private final int database;
    private final @Nullable RedisConnection node;
    private @Nullable Open connection;

    /**
     * @param opener begins to connect
     * @param database that the address selects
     * @param node of a Cluster's link, the link to its first node; null for others
     */
    RedisConnection(
            Supplier<CompletableFuture<Open>> opener,
            RedisConfig config,
            int database,
            @Nullable RedisConnection node) {
        this.opener = opener;
        this.config = config;
        this.database = database;
        this.node = node;
    }

    /** The number of the database that the address selects. */
    public int database() {
        return database;
    }

    /** The link to one server: this one, or that to the Cluster's node that the address names first. */
    public RedisConnection node() {
        return node == null ? this : node;
    }

    /** Makes each connection anew knowable: the count of connections opened, from 1. */
    private long opened;

    public synchronized long opened() {
        return opened;
    }

    /**
     * Sends commands and waits for all their answers at once.
     *
     * @param round sends, and combines the answers
     * @throws IOException when Redis is away, late, or answers with an error; the message says what to do
     */
    public <T> T call(Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> round)
            throws IOException, InterruptedException {
        Open open = connection();
        boolean sound = false;
        try {
            T answer = await(round.apply(open.commands()).toCompletableFuture());
            sound = true;
            return answer;
        } catch (ExecutionException e) {
            Throwable cause = root(e);
            sound = cause instanceof RedisCommandExecutionException;
            throw failure(cause);
        } catch (TimeoutException e) {
            throw failure(e);
        } finally {
            if (!sound) {
                drop(open);
            }
        }
    }

    private synchronized Open connection() throws IOException, InterruptedException {
        Open open = connection;
        if (open != null && open.connection().isOpen()) {
            return open;
        }
        connection = null;
        CompletableFuture<Open> opening = opener.get();
        try {
            Open made = await(opening);
            connection = made;
            opened++;
            return made;
        } catch (ExecutionException | TimeoutException e) {
            abandon(opening);
            throw failure(root(e));
        } catch (InterruptedException e) {
            abandon(opening);
            throw e;
        }
    }

    /** A connection that arrives after its caller gave up is closed rather than leaked. */
    private static void abandon(CompletableFuture<Open> opening) {
        CompletableFuture<Void> unused =
                opening.thenCompose(late -> late.connection().closeAsync());
    }

    private <T> T await(CompletableFuture<T> answer) throws ExecutionException, TimeoutException, InterruptedException {
        return answer.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void drop(Open broken) {
        if (broken.equals(connection)) {
            connection = null;
        }
        CompletableFuture<Void> unused = broken.connection().closeAsync();
    }

    /** The cause is not kept: some of Lettuce's name the whole address. */
    private IOException failure(Throwable cause) {
        String why;
        String remedy = "start Redis or mend redis.url";
        if (cause instanceof TimeoutException) {
            why = "no answer within " + config.timeout().toMillis() + " ms";
        } else if (cause instanceof RedisCommandExecutionException) {
            why = "it answers " + cause.getMessage();
            remedy = "mend that on the server or in redis.url";
        } else if (cause instanceof ClosedChannelException) {
            why = "Connection closed";
        } else {
            String message = cause.getMessage();
            // What Lettuce says when it already knows that the server has gone; it has no class for it.
            why = message == null
                    ? cause.getClass().getSimpleName()
                    : message.startsWith("Currently not connected") ? "Connection closed" : message;
        }
        return new IOException(
                "Redis at " + config.address() + ": " + config.address().withoutPassword(why) + "; " + remedy);
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
        Open open = connection;
        connection = null;
        if (open != null) {
            CompletableFuture<Void> unused = open.connection().closeAsync();
        }
    }
}
