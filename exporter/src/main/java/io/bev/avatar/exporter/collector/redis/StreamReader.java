package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Consumer;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.Group;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import io.bev.avatar.exporter.redis.RedisCommands;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads length, groups and consumers of known streams. Absent keys and keys of another type are skipped. */
final class StreamReader {

    /**
     * Limit of reported consumers per group: a client that creates a consumer per process must not flood the scrape.
     */
    static final int MAX_CONSUMERS = 64;

    /** Limit of reported consumer groups per stream; those with the most pending entries are reported. */
    static final int MAX_GROUPS = 64;

    /** Limit of groups or consumers that are read: of more, none are. */
    private static final int MAX_READ = 1000;

    private final RedisConnection link;
    private final List<String> names;
    private final DeniedCommands denied;

    StreamReader(RedisConnection link, List<String> names, DeniedCommands denied) {
        this.link = link;
        this.names = List.copyOf(names);
        this.denied = denied;
    }

    private record Described(String name, Map<String, Object> stream, List<Map<String, Object>> groups) {}

    /** Types of the keys, in the order of the names. */
    CompletionStage<List<Optional<String>>> types(RedisCommands commands) {
        return all(names.stream()
                .map(name -> denied.optional("TYPE " + name, () -> commands.type(name)))
                .toList());
    }

    /** Reads the keys of type stream. */
    List<StreamState> read(List<Optional<String>> types) throws IOException, InterruptedException {
        List<String> existing = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (types.get(i).filter("stream"::equals).isPresent()) {
                existing.add(names.get(i));
            }
        }
        if (existing.isEmpty()) {
            return List.of();
        }
        List<Described> streams = new ArrayList<>();
        List<Optional<List<Object>>> answers = link.call(commands -> all(existing.stream()
                .map(name -> denied.optional("XINFO STREAM " + name, () -> commands.xinfoStream(name)))
                .toList()));
        for (int i = 0; i < existing.size(); i++) {
            String name = existing.get(i);
            answers.get(i).ifPresent(answer -> streams.add(new Described(name, fields(answer), List.of())));
        }
        List<Described> described = streams.isEmpty()
                ? List.of()
                : link.call(commands ->
                        all(streams.stream().map(one -> groups(commands, one)).toList()));
        return described.isEmpty()
                ? List.of()
                : link.call(commands ->
                        all(described.stream().map(one -> state(commands, one)).toList()));
    }

    private CompletableFuture<Described> groups(RedisCommands commands, Described described) {
        long count = number(described.stream(), "groups");
        if (count == 0 || count > MAX_READ) {
            return CompletableFuture.completedFuture(described);
        }
        String name = described.name();
        return denied.optional("XINFO GROUPS " + name, () -> commands.xinfoGroups(name))
                .thenApply(groups -> new Described(name, described.stream(), mostPending(groups.orElse(List.of()))));
    }

    private static List<Map<String, Object>> mostPending(List<Object> groups) {
        return groups.stream()
                .filter(List.class::isInstance)
                .map(item -> fields((List<?>) item))
                .sorted(Comparator.comparingLong((Map<String, Object> group) -> number(group, "pending"))
                        .reversed())
                .limit(MAX_GROUPS)
                .toList();
    }

    private CompletableFuture<StreamState> state(RedisCommands commands, Described described) {
        Map<String, Object> stream = described.stream();
        List<CompletableFuture<Group>> groups = new ArrayList<>();
        for (Map<String, Object> group : described.groups()) {
            String name = String.valueOf(group.get("name"));
            long consumers = number(group, "consumers");
            groups.add(
                    consumers == 0 || consumers > MAX_READ
                            ? CompletableFuture.completedFuture(group(name, group, List.of()))
                            : denied.optional(
                                            "XINFO CONSUMERS " + described.name() + " " + name,
                                            () -> commands.xinfoConsumers(described.name(), name))
                                    .thenApply(read -> group(name, group, read.orElse(List.of()))));
        }
        return all(groups)
                .thenApply(done -> new StreamState(
                        "db" + link.database(),
                        described.name(),
                        number(stream, "length"),
                        number(stream, "radix-tree-keys"),
                        number(stream, "radix-tree-nodes"),
                        milliseconds(stream, "last-generated-id"),
                        number(stream, "groups"),
                        done));
    }

    private static Group group(String name, Map<String, Object> group, List<Object> consumers) {
        List<Consumer> read = consumers.stream()
                .filter(List.class::isInstance)
                .map(item -> fields((List<?>) item))
                .map(c -> new Consumer(String.valueOf(c.get("name")), number(c, "pending"), number(c, "idle") / 1e3))
                .limit(MAX_CONSUMERS)
                .toList();
        Object lag = group.get("lag");
        return new Group(
                name,
                number(group, "consumers"),
                number(group, "pending"),
                milliseconds(group, "last-delivered-id"),
                lag == null ? OptionalDouble.empty() : OptionalDouble.of(number(group, "lag")),
                read);
    }

    /** Converts a flat list of names and values to a map; nulls are skipped. */
    private static Map<String, Object> fields(List<?> flat) {
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            if (flat.get(i + 1) != null) {
                fields.put(String.valueOf(flat.get(i)), flat.get(i + 1));
            }
        }
        return fields;
    }

    private static long number(Map<String, Object> fields, String name) {
        return Long.parseLong(String.valueOf(fields.getOrDefault(name, 0L)));
    }

    /** The time part of an entry id such as {@code 1526919030474-55}, in milliseconds. */
    private static OptionalLong milliseconds(Map<String, Object> fields, String name) {
        String id = String.valueOf(fields.getOrDefault(name, ""));
        int dash = id.indexOf('-');
        return dash > 0 ? OptionalLong.of(Long.parseLong(id.substring(0, dash))) : OptionalLong.empty();
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }
}
