package io.bev.avatar.renderer.state;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.Consumer;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The connections to one Redis while it answers: one for commands, one for blocking reads, one for pub/sub. It does not
 * reconnect: once any of them is gone, {@link #isOpen} is false and a new session is to be opened. Commands throw what
 * Lettuce throws.
 */
final class RedisSession implements Closeable {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final byte[] SCRIPT = script();
    private static final long CLOSE_MILLIS = 200;

    private final StatefulRedisConnection<String, byte[]> commands;
    private final StatefulRedisConnection<String, byte[]> streams;
    private final StatefulRedisPubSubConnection<String, byte[]> pubsub;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RedisSession(
            StatefulRedisConnection<String, byte[]> commands,
            StatefulRedisConnection<String, byte[]> streams,
            StatefulRedisPubSubConnection<String, byte[]> pubsub) {
        this.commands = commands;
        this.streams = streams;
        this.pubsub = pubsub;
    }

    /** How clients of sessions are to behave: nothing is queued while Redis is away, and every command has an end. */
    static ClientOptions.Builder options(Duration timeout) {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(1024)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(timeout));
    }

    static RedisSession open(RedisClient client) {
        StatefulRedisConnection<String, byte[]> commands = client.connect(CODEC);
        try {
            StatefulRedisConnection<String, byte[]> streams = client.connect(CODEC);
            try {
                return new RedisSession(commands, streams, client.connectPubSub(CODEC));
            } catch (RuntimeException e) {
                drop(streams);
                throw e;
            }
        } catch (RuntimeException e) {
            drop(commands);
            throw e;
        }
    }

    boolean isOpen() {
        return !closed.get() && commands.isOpen() && streams.isOpen() && pubsub.isOpen();
    }

    /** What {@code exchange-state.lua} found. */
    enum Found {
        SAME,
        CHANGED,
        STORED
    }

    /**
     * @param identity names the value in Redis now; "" when there is none, {@code size:N} when it is too large to look at
     * @param value the value, if changed and not too large
     */
    record Exchange(Found found, String identity, byte[] value) {}

    /** Looks at the value of {@code key} and stores {@code document} when the value still is the {@code known} one. */
    Exchange exchange(String key, String known, Optional<byte[]> document) {
        List<byte[]> reply = answer(
                commands,
                commands.async()
                        .eval(
                                SCRIPT,
                                ScriptOutputType.MULTI,
                                new String[] {key},
                                known.getBytes(StandardCharsets.UTF_8),
                                document.orElse(new byte[0]),
                                Integer.toString(StateDocument.MAX_BYTES).getBytes(StandardCharsets.UTF_8)));
        String word = new String(reply.get(0), StandardCharsets.UTF_8);
        return new Exchange(
                Found.valueOf(word.toUpperCase(java.util.Locale.ROOT)),
                new String(reply.get(1), StandardCharsets.UTF_8),
                reply.get(2));
    }

    void set(String key, byte[] value, Duration timeToLive) {
        answer(commands, commands.async().set(key, value, SetArgs.Builder.ex(timeToLive)));
    }

    void delete(String key) {
        answer(commands, commands.async().del(key));
    }

    /** Creates the group, and the stream if need be; an existing group answers BUSYGROUP. */
    void createGroup(String stream, String group, String after) {
        answer(
                streams,
                streams.async()
                        .xgroupCreate(StreamOffset.from(stream, after), group, XGroupCreateArgs.Builder.mkstream()));
    }

    /** The stream's newest id. */
    Optional<String> newestId(String stream) {
        return answer(streams, streams.async().xrevrange(stream, Range.unbounded(), Limit.from(1))).stream()
                .map(StreamMessage::getId)
                .findFirst();
    }

    /** The consumer's own entries that it never acknowledged, oldest first. */
    List<StreamMessage<String, byte[]>> readPending(Consumer<String> consumer, String stream, int count) {
        return answer(
                streams,
                streams.async().xreadgroup(consumer, XReadArgs.Builder.count(count), offsets(List.of(stream), "0")));
    }

    /** Entries that no consumer has had, waiting for them up to {@code block}. */
    List<StreamMessage<String, byte[]>> readNew(
            Consumer<String> consumer, List<String> keys, int count, Duration block) {
        return answer(
                streams,
                streams.async()
                        .xreadgroup(consumer, XReadArgs.Builder.block(block).count(count), offsets(keys, ">")));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Lettuce takes a generic array
    private static StreamOffset<String>[] offsets(List<String> keys, String from) {
        return keys.stream().map(key -> StreamOffset.from(key, from)).toArray(StreamOffset[]::new);
    }

    void acknowledge(String stream, String group, List<String> ids) {
        answer(streams, streams.async().xack(stream, group, ids.toArray(String[]::new)));
    }

    /** Calls {@code listener} with every message, on a thread of Lettuce's: it must not block. */
    void subscribe(String channel, java.util.function.Consumer<byte[]> listener) {
        pubsub.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String from, byte[] message) {
                listener.accept(message);
            }
        });
        answer(pubsub, pubsub.async().subscribe(channel));
    }

    /** Waits for a command's answer as long as {@code connection} allows; throws what Lettuce's synchronous commands do. */
    static <T> T answer(StatefulConnection<?, ?> connection, RedisFuture<T> command) {
        return LettuceFutures.awaitOrCancel(command, connection.getTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Shortens the wait for answers, for a last save before the process ends. */
    void hurry(Duration timeout) {
        commands.setTimeout(timeout);
    }

    /** Waits a moment at most. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(
                        commands.closeAsync(), streams.closeAsync(), pubsub.closeAsync())
                .orTimeout(CLOSE_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionally(e -> null);
        all.join();
    }

    /** Closes without waiting. */
    private static void drop(StatefulConnection<?, ?> connection) {
        CompletableFuture<Void> unused = connection.closeAsync();
    }

    private static byte[] script() {
        try (InputStream in = RedisSession.class.getResourceAsStream("/redis/exchange-state.lua")) {
            if (in == null) {
                throw new IllegalStateException("exchange-state.lua: missing from the program's jar; build it anew");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
