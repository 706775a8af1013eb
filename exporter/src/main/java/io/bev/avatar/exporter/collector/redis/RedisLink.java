package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.config.RedisConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One kept connection to Redis. It is opened by the call that needs it and dropped when it breaks or does not answer in time,
 * so a Redis that is away costs each call one attempt and leaves nothing queued. No message holds the password.
 */
public final class RedisLink implements AutoCloseable {

    private final RedisClient client;
    private final RedisURI address;
    private final RedisConfig config;
    private @Nullable StatefulRedisConnection<String, String> connection;

    RedisLink(RedisClient client, RedisURI address, RedisConfig config) {
        this.client = client;
        this.address = address;
        this.config = config;
    }

    /** The number of the database that the address selects. */
    public int database() {
        return address.getDatabase();
    }

    /** Makes each connection anew knowable: the count of connections opened, from 1. */
    private long opened;

    synchronized long opened() {
        return opened;
    }

    /**
     * Sends commands and waits for all their answers at once.
     *
     * @param round sends, and combines the answers
     * @throws IOException when Redis is away, late, or answers with an error; the message says what to do
     */
    public <T> T call(Function<RedisAsyncCommands<String, String>, CompletionStage<T>> round)
            throws IOException, InterruptedException {
        StatefulRedisConnection<String, String> open = connection();
        boolean sound = false;
        try {
            T answer = await(round.apply(open.async()).toCompletableFuture());
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

    private synchronized StatefulRedisConnection<String, String> connection() throws IOException, InterruptedException {
        StatefulRedisConnection<String, String> open = connection;
        if (open != null && open.isOpen()) {
            return open;
        }
        connection = null;
        CompletableFuture<StatefulRedisConnection<String, String>> opening =
                client.connectAsync(StringCodec.UTF8, address).toCompletableFuture();
        try {
            StatefulRedisConnection<String, String> made = await(opening);
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
    private static void abandon(CompletableFuture<StatefulRedisConnection<String, String>> opening) {
        CompletableFuture<Void> unused = opening.thenCompose(StatefulRedisConnection::closeAsync);
    }

    private <T> T await(CompletableFuture<T> answer) throws ExecutionException, TimeoutException, InterruptedException {
        return answer.get(config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void drop(StatefulRedisConnection<String, String> broken) {
        if (connection == broken) {
            connection = null;
        }
        CompletableFuture<Void> unused = broken.closeAsync();
    }

    private IOException failure(Throwable cause) {
        String where = RedisConfig.redact(config.url());
        String why;
        String remedy = "start Redis or mend redis.url";
        if (cause instanceof TimeoutException) {
            why = "no answer within " + config.timeout().toMillis() + " ms";
        } else if (cause instanceof RedisCommandExecutionException) {
            why = "it answers " + cause.getMessage();
            remedy = "mend that on the server or in redis.url";
        } else {
            String message = cause.getMessage();
            why = message == null ? cause.getClass().getSimpleName() : message;
        }
        return new IOException("Redis at " + where + ": " + withoutPassword(why) + "; " + remedy);
    }

    /** The causes are not kept: some of Lettuce's name the whole address. */
    private String withoutPassword(String text) {
        char[] password =
                address.getCredentialsProvider() instanceof io.lettuce.core.StaticCredentialsProvider credentials
                        ? credentials.resolveCredentialsNow().getPassword()
                        : null;
        String flat = text.replaceAll("\\s+", " ");
        return password == null || password.length == 0 ? flat : flat.replace(new String(password), "***");
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
        StatefulRedisConnection<String, String> open = connection;
        connection = null;
        if (open != null) {
            CompletableFuture<Void> unused = open.closeAsync();
        }
    }
}
