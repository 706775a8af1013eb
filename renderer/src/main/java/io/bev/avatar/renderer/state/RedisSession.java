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
import io.lettuce.core.XAddArgs;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Connections to one Redis: one for commands, one for blocking reads, one for pub/sub. Does not reconnect: once any
 * of them is lost, {@link #isOpen} is false and a new session must be opened. Commands throw Lettuce's exceptions.
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

    /** Client options: no queueing while disconnected, and a timeout for every command. */
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
                closeAsync(streams);
                throw e;
            }
        } catch (RuntimeException e) {
            closeAsync(commands);
            throw e;
        }
    }

    boolean isOpen() {
        return !closed.get() && commands.isOpen() && streams.isOpen() && pubsub.isOpen();
    }

    /** Result of {@code exchange-state.lua}. */
    enum Found {
        SAME,
        CHANGED,
        STORED
    }

    /**
     * @param identity of the current value in Redis; "" if there is none, {@code size:N} if it is too large to read
     * @param value the value if it has changed and is not too large
     */
    record Exchange(Found found, String identity, byte[] value) {}

    /** Compare-and-set: stores {@code document} if the value of {@code key} is still the {@code known} one. */
    Exchange exchange(String key, String known, Optional<byte[]> document) {
        List<byte[]> reply = await(
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
                Found.valueOf(word.toUpperCase(Locale.ROOT)),
                new String(reply.get(1), StandardCharsets.UTF_8),
                reply.get(2));
    }

    void set(String key, byte[] value, Duration timeToLive) {
        await(commands, commands.async().set(key, value, SetArgs.Builder.ex(timeToLive)));
    }

    /** Value of a string of at most {@link StateDocument#MAX_BYTES}; empty if there is none. */
    Optional<byte[]> get(String key) {
        byte[] value = await(commands, commands.async().getrange(key, 0, StateDocument.MAX_BYTES));
        return value == null || value.length == 0 ? Optional.empty() : Optional.of(value);
    }

    void delete(String key) {
        await(commands, commands.async().del(key));
    }

    /** Creates the group, and the stream if needed; fails with BUSYGROUP if the group exists. */
    void createGroup(String stream, String group, String after) {
        await(
                streams,
                streams.async()
                        .xgroupCreate(StreamOffset.from(stream, after), group, XGroupCreateArgs.Builder.mkstream()));
    }

    /** The stream's newest id. */
    Optional<String> newestId(String stream) {
        return await(streams, streams.async().xrevrange(stream, Range.unbounded(), Limit.from(1))).stream()
                .map(StreamMessage::getId)
                .findFirst();
    }

    /** Unacknowledged entries of the consumer, oldest first. */
    List<StreamMessage<String, byte[]>> readPending(Consumer<String> consumer, String stream, int count) {
        return await(
                streams,
                streams.async().xreadgroup(consumer, XReadArgs.Builder.count(count), offsets(List.of(stream), "0")));
    }

    /** Entries not yet delivered to any consumer, waiting up to {@code block}. */
    List<StreamMessage<String, byte[]>> readNew(
            Consumer<String> consumer, List<String> keys, int count, Duration block) {
        return await(
                streams,
                streams.async()
                        .xreadgroup(consumer, XReadArgs.Builder.block(block).count(count), offsets(keys, ">")));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Lettuce takes a generic array
    private static StreamOffset<String>[] offsets(List<String> keys, String from) {
        return keys.stream().map(key -> StreamOffset.from(key, from)).toArray(StreamOffset[]::new);
    }

    void acknowledge(String stream, String group, List<String> ids) {
        await(streams, streams.async().xack(stream, group, ids.toArray(String[]::new)));
    }

    /** Adds entries to a stream, of which about {@code max} are retained. */
    void append(String stream, List<Map<String, byte[]>> entries, long max) {
        XAddArgs retained = XAddArgs.Builder.maxlen(max).approximateTrimming();
        List<RedisFuture<String>> added = entries.stream()
                .map(entry -> streams.async().xadd(stream, retained, entry))
                .toList();
        added.forEach(command -> await(streams, command));
    }

    /** Calls {@code listener} with every message of the channel, on a Lettuce thread; must not block. */
    void subscribe(String channel, java.util.function.Consumer<byte[]> listener) {
        pubsub.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String from, byte[] message) {
                if (from.equals(channel)) {
                    listener.accept(message);
                }
            }
        });
        await(pubsub, pubsub.async().subscribe(channel));
    }

    /**
     * Waits for a command's response with the timeout of {@code connection}; throws like Lettuce's synchronous
     * commands.
     */
    static <T> T await(StatefulConnection<?, ?> connection, RedisFuture<T> command) {
        return LettuceFutures.awaitOrCancel(command, connection.getTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Sets the command timeout, for the last save before the process ends. */
    void setTimeout(Duration timeout) {
        commands.setTimeout(timeout);
    }

    /** Waits at most 0.2 s. */
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
    private static void closeAsync(StatefulConnection<?, ?> connection) {
        CompletableFuture<Void> unused = connection.closeAsync();
    }

    private static byte[] script() {
        try (InputStream in = RedisSession.class.getResourceAsStream("/redis/exchange-state.lua")) {
            if (in == null) {
                throw new IllegalStateException("exchange-state.lua: missing from the jar; rebuild it");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
