package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Dead letters of the update streams in Redis, for the command line. */
public final class DeadLetterStore implements AutoCloseable {

    private static final String CLIENT_NAME = "bev-avatar-dead-letters";
    private static final int MAX = 10_000;
    private static final long MAX_UPDATES = 10_000;
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofMillis(500);

    /**
     * @param stream its source
     * @param key id among the dead letters
     */
    public record Entry(String stream, String key, DeadLetter letter) {}

    private final ClientResources resources;
    private final RedisClient client;
    private final StatefulRedisConnection<String, byte[]> connection;

    /** @throws IOException if Redis does not respond, or rejects the connection */
    public DeadLetterStore(RedisConfig config) throws IOException {
        RedisAddress address = config.address();
        resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        client = address.client(
                resources, address.uris(config.timeout(), CLIENT_NAME).get(0));
        client.setOptions(address.secure(RedisSession.options(config.timeout())).build());
        try {
            connection = client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
        } catch (RedisException e) {
            shutDown();
            throw failed(e);
        }
    }

    /** All, oldest first within each stream. */
    public List<Entry> list() throws IOException {
        List<Entry> all = new ArrayList<>();
        for (String stream : List.of(RedisKeys.OSINT_UPDATES, RedisKeys.STATE_UPDATES)) {
            List<StreamMessage<String, byte[]>> found =
                    await(connection.async().xrange(RedisKeys.deadLetters(stream), Range.unbounded(), Limit.from(MAX)));
            found.forEach(entry -> all.add(new Entry(stream, entry.getId(), DeadLetter.decode(entry.getBody()))));
        }
        return all;
    }

    /** Adds the entry to its stream again, and then removes the dead letter; returns whether it still had its fields. */
    public boolean replay(Entry entry) throws IOException {
        if (entry.letter().fields().isEmpty()) {
            return false;
        }
        await(connection
                .async()
                .xadd(
                        entry.stream(),
                        XAddArgs.Builder.maxlen(MAX_UPDATES).approximateTrimming(),
                        entry.letter().fields()));
        discard(entry);
        return true;
    }

    /** Removes a dead letter. */
    public void discard(Entry entry) throws IOException {
        await(connection.async().xdel(RedisKeys.deadLetters(entry.stream()), entry.key()));
    }

    private <T> T await(RedisFuture<T> command) throws IOException {
        try {
            return RedisSession.await(connection, command);
        } catch (RedisException e) {
            throw failed(e);
        }
    }

    private static IOException failed(RedisException e) {
        return new IOException(RedisError.of(e).text(), e);
    }

    @Override
    public void close() {
        connection
                .closeAsync()
                .orTimeout(1, TimeUnit.SECONDS)
                .exceptionally(e -> null)
                .join();
        shutDown();
    }

    private void shutDown() {
        client.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
        resources
                .shutdown(0, SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN_TIMEOUT.toMillis());
    }
}
