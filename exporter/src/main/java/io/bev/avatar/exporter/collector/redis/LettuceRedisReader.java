package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.redis.RedisSnapshot.LatencyEvent;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.SlowEntry;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import io.bev.avatar.exporter.redis.RedisCommands;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads Redis through Lettuce in one round trip, plus two for existing streams. Uses no SCAN and reads no key values.
 * For a Cluster, the server metrics are those of the first node in the address; the streams are those of the whole
 * Cluster.
 */
final class LettuceRedisReader implements RedisReader {

    /** Databases of a server that does not permit {@code CONFIG}, as redis_exporter assumes. */
    private static final int DEFAULT_DATABASES = 16;

    /** Limit of databases reported as empty. */
    private static final int MAX_DATABASES = 1024;

    private final RedisConnection link;
    private final StreamReader streams;
    private final DeniedCommands denied;
    private OptionalInt databases = OptionalInt.empty();
    private int databasesSeen = DEFAULT_DATABASES;

    LettuceRedisReader(RedisConnection link, List<String> streamNames, Clock clock) {
        this.link = link;
        this.denied = new DeniedCommands(clock);
        this.streams = new StreamReader(link, streamNames, denied);
    }

    /** Server data; denied parts are empty. */
    private record Server(
            String info,
            Optional<Map<String, String>> config,
            Optional<Long> slowlogLength,
            Optional<List<Object>> slowlog,
            Optional<List<Object>> latency) {}

    private record FirstRound(Server server, List<Optional<String>> types) {}

    @Override
    public RedisSnapshot read() throws IOException, InterruptedException {
        denied.startRead();
        RedisConnection node = link.node();
        FirstRound first = node == link
                ? link.call(commands -> server(commands).thenCombine(streams.types(commands), FirstRound::new))
                : new FirstRound(node.call(this::server), link.call(streams::types));
        Server server = first.server();
        server.config()
                .map(settings -> RedisInfo.finite(settings.getOrDefault("databases", "")))
                .filter(OptionalDouble::isPresent)
                .ifPresent(count -> databases = OptionalInt.of((int) Math.min(MAX_DATABASES, count.getAsDouble())));
        List<StreamState> states = streams.read(first.types());
        RedisInfo info = withModules(RedisInfo.parse(server.info()), server.info(), node);
        boolean clustered = info.number("cluster_enabled").orElse(0) > 0;
        String cluster = clustered
                ? node.call(commands -> denied.optional("CLUSTER INFO", commands::clusterInfo))
                        .orElse("")
                : "";
        databasesSeen = Math.max(databasesSeen, info.highestDatabase() + 1);
        List<String> problems = denied.problems();
        return new RedisSnapshot(
                info,
                server.config().orElse(Map.of()),
                databases.orElse(clustered ? 1 : databasesSeen),
                server.slowlogLength().map(OptionalLong::of).orElse(OptionalLong.empty()),
                server.slowlog().map(LettuceRedisReader::newest).orElse(new SlowEntry(0, 0)),
                server.latency().map(LettuceRedisReader::events).orElse(List.of()),
                cluster,
                states,
                // A server that loads its data replies to INFO alone.
                info.number("loading").orElse(0) > 0 ? List.of() : problems);
    }

    /** Adds the fields of loaded modules, which {@code INFO all} omits. */
    private RedisInfo withModules(RedisInfo info, String text, RedisConnection node)
            throws IOException, InterruptedException {
        if (info.modules().isEmpty()) {
            return info;
        }
        Optional<String> modules =
                node.call(commands -> denied.optional("INFO modules", () -> commands.info("modules")));
        return modules.isEmpty() ? info : RedisInfo.parse(text + "\n" + modules.get());
    }

    private CompletionStage<Server> server(RedisCommands commands) {
        CompletableFuture<String> info = commands.info("all");
        CompletableFuture<Optional<Map<String, String>>> config =
                denied.optional("CONFIG GET", () -> commands.configGet(ConfigMetrics.SETTINGS));
        CompletableFuture<Optional<Long>> length = denied.optional("SLOWLOG LEN", commands::slowlogLength);
        CompletableFuture<Optional<List<Object>>> slowlog =
                denied.optional("SLOWLOG GET", () -> commands.slowlogGet(1));
        CompletableFuture<Optional<List<Object>>> latency = denied.optional("LATENCY LATEST", commands::latencyLatest);
        return CompletableFuture.allOf(info, config, length, slowlog, latency)
                .thenApply(
                        done -> new Server(info.join(), config.join(), length.join(), slowlog.join(), latency.join()));
    }

    /** Newest entry of the slow log, a list starting with id, time and microseconds. */
    static SlowEntry newest(List<Object> slowlog) {
        if (slowlog.isEmpty() || !(slowlog.get(0) instanceof List<?> entry) || entry.size() < 3) {
            return new SlowEntry(0, 0);
        }
        return new SlowEntry(number(entry.get(0)), number(entry.get(2)) / 1e6);
    }

    /** Events of the latency monitor: lists of name, Unix time, latest milliseconds and maximum milliseconds. */
    static List<LatencyEvent> events(List<Object> latest) {
        List<LatencyEvent> events = new ArrayList<>();
        for (Object item : latest) {
            if (item instanceof List<?> event && event.size() >= 3) {
                events.add(new LatencyEvent(
                        String.valueOf(event.get(0)), number(event.get(1)), number(event.get(2)) / 1e3));
            }
        }
        return events;
    }

    private static long number(Object value) {
        return Long.parseLong(String.valueOf(value));
    }
}
