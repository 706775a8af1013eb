package io.bev.avatar.exporter.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.MapOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The commands that the exporter sends, each with Lettuce's output for its reply. Lettuce's own interface of all commands is a
 * hundred classes, 1.5 MB resident. A command is sent to one server, or by its first key to one of a Cluster.
 */
public final class RedisCommands {

    private static final StringCodec CODEC = StringCodec.UTF8;
    private static final ProtocolKeyword LATENCY = () -> "LATENCY".getBytes(StandardCharsets.US_ASCII);

    private final StatefulConnection<String, String> connection;

    RedisCommands(StatefulConnection<String, String> connection) {
        this.connection = connection;
    }

    /** {@code INFO section}. */
    public CompletableFuture<String> info(String section) {
        return send(CommandType.INFO, new StatusOutput<>(CODEC), arguments().add(section));
    }

    /** {@code CLUSTER INFO}. */
    public CompletableFuture<String> clusterInfo() {
        return send(CommandType.CLUSTER, new StatusOutput<>(CODEC), arguments().add(CommandKeyword.INFO));
    }

    /** {@code CONFIG GET names}: the known settings. */
    public CompletableFuture<Map<String, String>> configGet(String... names) {
        CommandArgs<String, String> arguments = arguments().add(CommandType.GET);
        for (String name : names) {
            arguments.add(name);
        }
        return send(CommandType.CONFIG, new MapOutput<>(CODEC), arguments);
    }

    /** {@code SLOWLOG LEN}. */
    public CompletableFuture<Long> slowlogLength() {
        return send(CommandType.SLOWLOG, new IntegerOutput<>(CODEC), arguments().add(CommandKeyword.LEN));
    }

    /** {@code SLOWLOG GET count}: a list per entry. */
    public CompletableFuture<List<Object>> slowlogGet(int count) {
        return nested(CommandType.SLOWLOG, arguments().add(CommandType.GET).add(count));
    }

    /** {@code LATENCY LATEST}: a list per event. */
    public CompletableFuture<List<Object>> latencyLatest() {
        return nested(LATENCY, arguments().add("LATEST"));
    }

    /** {@code TYPE key}. */
    public CompletableFuture<String> type(String key) {
        return send(CommandType.TYPE, new StatusOutput<>(CODEC), arguments().addKey(key));
    }

    /** {@code XINFO STREAM key}: names and values in turns. */
    public CompletableFuture<List<Object>> xinfoStream(String key) {
        return nested(CommandType.XINFO, arguments().add(CommandKeyword.STREAM).addKey(key));
    }

    /** {@code XINFO GROUPS key}: a list of names and values per group. */
    public CompletableFuture<List<Object>> xinfoGroups(String key) {
        return nested(CommandType.XINFO, arguments().add(CommandKeyword.GROUPS).addKey(key));
    }

    /** {@code XINFO CONSUMERS key group}: a list of names and values per consumer. */
    public CompletableFuture<List<Object>> xinfoConsumers(String key, String group) {
        return nested(
                CommandType.XINFO,
                arguments().add(CommandKeyword.CONSUMERS).addKey(key).add(group));
    }

    /** {@code GET key}; null when the key does not exist. */
    public CompletableFuture<String> get(String key) {
        return send(CommandType.GET, new ValueOutput<>(CODEC), arguments().addKey(key));
    }

    /** {@code SET key value PX timeToLive}. */
    public CompletableFuture<String> set(String key, String value, Duration timeToLive) {
        return send(
                CommandType.SET,
                new StatusOutput<>(CODEC),
                arguments().addKey(key).addValue(value).add("PX").add(timeToLive.toMillis()));
    }

    /** {@code DEL key}: 1, or 0 when the key does not exist. */
    public CompletableFuture<Long> delete(String key) {
        return send(CommandType.DEL, new IntegerOutput<>(CODEC), arguments().addKey(key));
    }

    /** {@code HGETALL key}. */
    public CompletableFuture<Map<String, String>> hgetall(String key) {
        return send(CommandType.HGETALL, new MapOutput<>(CODEC), arguments().addKey(key));
    }

    /** {@code LRANGE key from to}, both inclusive. */
    public CompletableFuture<List<String>> lrange(String key, long from, long to) {
        return send(
                CommandType.LRANGE,
                new ValueListOutput<>(CODEC),
                arguments().addKey(key).add(from).add(to));
    }

    /** {@code EVAL script} of a script that returns an integer. */
    public CompletableFuture<Long> eval(String script, String[] keys, String[] values) {
        CommandArgs<String, String> arguments = arguments().add(script).add(keys.length);
        for (String key : keys) {
            arguments.addKey(key);
        }
        for (String value : values) {
            arguments.addValue(value);
        }
        return send(CommandType.EVAL, new IntegerOutput<>(CODEC), arguments);
    }

    private static CommandArgs<String, String> arguments() {
        return new CommandArgs<>(CODEC);
    }

    private CompletableFuture<List<Object>> nested(ProtocolKeyword type, CommandArgs<String, String> arguments) {
        return send(type, new NestedMultiOutput<>(CODEC), arguments);
    }

    private <T> CompletableFuture<T> send(
            ProtocolKeyword type, CommandOutput<String, String, T> reply, CommandArgs<String, String> arguments) {
        AsyncCommand<String, String, T> command = new AsyncCommand<>(new Command<>(type, reply, arguments));
        RedisCommand<String, String, T> sent = connection.dispatch(command);
        return sent instanceof AsyncCommand<String, String, T> other ? other : command;
    }
}
