package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Group;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.SlowEntry;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads through Lettuce in one round trip, and a second one for the streams that exist. No SCAN and no values of keys. What the
 * server refuses to this user is asked for once per connection, since every refusal counts as an error there.
 */
final class LettuceRedisReader implements RedisReader {

    private static final Logger LOG = LoggerFactory.getLogger(LettuceRedisReader.class);

    private final RedisLink link;
    private final List<String> streamNames;
    private final Set<String> refused = new HashSet<>();
    private OptionalInt databases = OptionalInt.empty();
    private long connectionSeen;

    LettuceRedisReader(RedisLink link, List<String> streamNames) {
        this.link = link;
        this.streamNames = List.copyOf(streamNames);
    }

    /** The answers of the first round; what was refused is empty. */
    private record FirstRound(
            String info,
            Optional<Map<String, String>> config,
            Optional<Long> slowlogLength,
            Optional<List<Object>> slowlog,
            List<Optional<String>> types) {}

    @Override
    public RedisSnapshot read() throws IOException, InterruptedException {
        FirstRound first = link.call(this::firstRound);
        if (link.opened() != connectionSeen) {
            connectionSeen = link.opened();
            refused.clear();
        }
        first.config().map(c -> c.get("databases")).ifPresent(n -> databases = OptionalInt.of(Integer.parseInt(n)));
        List<String> existing = new ArrayList<>();
        for (int i = 0; i < streamNames.size(); i++) {
            if (first.types().get(i).filter("stream"::equals).isPresent()) {
                existing.add(streamNames.get(i));
            }
        }
        List<StreamState> streams = existing.isEmpty() ? List.of() : link.call(commands -> streams(commands, existing));
        return new RedisSnapshot(
                first.info(),
                databases,
                first.slowlogLength().map(OptionalLong::of).orElse(OptionalLong.empty()),
                first.slowlog().map(LettuceRedisReader::newest).orElse(new SlowEntry(0, 0)),
                streams);
    }

    private CompletionStage<FirstRound> firstRound(RedisAsyncCommands<String, String> commands) {
        CompletableFuture<String> info = commands.info("all").toCompletableFuture();
        CompletableFuture<Optional<Map<String, String>>> config = databases.isPresent()
                ? CompletableFuture.completedFuture(Optional.empty())
                : optional("CONFIG GET", () -> commands.configGet("databases"));
        CompletableFuture<Optional<Long>> length = optional("SLOWLOG LEN", commands::slowlogLen);
        CompletableFuture<Optional<List<Object>>> slowlog = optional("SLOWLOG GET", () -> commands.slowlogGet(1));
        List<CompletableFuture<Optional<String>>> types = streamNames.stream()
                .map(name -> optional("TYPE", () -> commands.type(name)))
                .toList();
        List<CompletableFuture<?>> all = new ArrayList<>(types);
        all.addAll(List.of(info, config, length, slowlog));
        return allOf(all)
                .thenApply(done -> new FirstRound(
                        info.join(),
                        config.join(),
                        length.join(),
                        slowlog.join(),
                        types.stream().map(CompletableFuture::join).toList()));
    }

    private interface Command<T> {
        RedisFuture<T> send();
    }

    /** Sends a command that this user may be denied. */
    private <T> CompletableFuture<Optional<T>> optional(String name, Command<T> command) {
        synchronized (refused) {
            if (refused.contains(name)) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
        }
        return command.send()
                .toCompletableFuture()
                .thenApply(Optional::ofNullable)
                .exceptionally(error -> refused(name, error));
    }

    /** Nothing, where the server said no; a connection that broke fails the whole read. */
    private <T> Optional<T> refused(String name, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (!(cause instanceof RedisCommandExecutionException)) {
            throw new CompletionException(cause);
        }
        synchronized (refused) {
            if (refused.add(name)) {
                LOG.info("Redis refuses {}: its metrics are absent ({})", name, cause.getMessage());
            }
        }
        return Optional.empty();
    }

    private CompletionStage<List<StreamState>> streams(
            RedisAsyncCommands<String, String> commands, List<String> names) {
        String database = "db" + link.database();
        List<CompletableFuture<StreamState>> states = names.stream()
                .map(name -> commands.xlen(name)
                        .toCompletableFuture()
                        .thenCombine(
                                commands.xinfoGroups(name).toCompletableFuture(),
                                (length, groups) -> new StreamState(database, name, length, groups(groups))))
                .toList();
        return allOf(states)
                .thenApply(done -> states.stream().map(CompletableFuture::join).toList());
    }

    private static CompletableFuture<Void> allOf(List<? extends CompletableFuture<?>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
    }

    /** The slow log's newest entry: a list of number, time, microseconds and more. */
    static SlowEntry newest(List<Object> slowlog) {
        if (slowlog.isEmpty() || !(slowlog.get(0) instanceof List<?> entry) || entry.size() < 3) {
            return new SlowEntry(0, 0);
        }
        return new SlowEntry(number(entry.get(0)), number(entry.get(2)) / 1e6);
    }

    /** Each group is a flat list of names and values; ones that are not known are left alone. */
    static List<Group> groups(List<Object> answer) {
        List<Group> groups = new ArrayList<>();
        for (Object item : answer) {
            if (item instanceof List<?> flat) {
                Map<String, Object> fields = new HashMap<>();
                for (int i = 0; i + 1 < flat.size(); i += 2) {
                    if (flat.get(i + 1) != null) {
                        fields.put(String.valueOf(flat.get(i)), flat.get(i + 1));
                    }
                }
                Object lag = fields.get("lag");
                groups.add(new Group(
                        String.valueOf(fields.get("name")),
                        number(fields.getOrDefault("pending", 0L)),
                        lag == null ? OptionalDouble.empty() : OptionalDouble.of(number(lag))));
            }
        }
        return groups;
    }

    private static long number(Object value) {
        return Long.parseLong(String.valueOf(value));
    }
}
