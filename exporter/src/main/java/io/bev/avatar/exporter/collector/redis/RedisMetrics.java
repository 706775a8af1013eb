package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.StreamState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Converts a {@link RedisSnapshot} to metrics: the pure part of the collector. */
final class RedisMetrics {

    private static final List<String> INSTANCE_LABELS = List.of(
            "master_replid",
            "maxmemory_policy",
            "os",
            "process_id",
            "redis_build_id",
            "redis_mode",
            "redis_version",
            "role",
            "run_id",
            "tcp_port");

    /** Labels that only some servers have. */
    private static final List<String> OPTIONAL_LABELS =
            List.of("valkey_version", "valkey_release_stage", "availability_zone");

    private static final Pattern DATABASE = Pattern.compile("\\d+");
    private static final Pattern CLUSTER = Pattern.compile("\\w+");

    /** Fields of {@code CLUSTER INFO} whose metric has another name. */
    private static final Map<String, String> CLUSTER_NAMES = Map.of(
            "cluster_stats_messages_sent", "redis_cluster_messages_sent_total",
            "cluster_stats_messages_received", "redis_cluster_messages_received_total");

    private final Clock clock;
    private final InfoMetrics fields = new InfoMetrics();

    RedisMetrics(Clock clock) {
        this.clock = clock;
    }

    void write(RedisSnapshot snapshot, MetricSink out) {
        RedisInfo info = snapshot.info();
        fields.write(info, out);
        info.number("uptime_in_seconds")
                .ifPresent(uptime -> out.gauge(
                        "redis_start_time_seconds",
                        "Unix time of the server's start.",
                        clock.instant().getEpochSecond() - uptime));
        instance(info, out);
        ReplicationMetrics.write(info, out);
        ComponentMetrics.write(info, out);
        ConfigMetrics.write(snapshot.config(), out);
        commands(info, out);
        keyspace(info, snapshot, out);
        slowlog(snapshot, out);
        latency(info, snapshot, out);
        cluster(info, RedisInfo.parse(snapshot.cluster()), out);
        StreamMetrics.write(snapshot.streams(), out);
        dropped(info, snapshot.streams(), out);
    }

    private static void dropped(RedisInfo info, List<StreamState> streams, MetricSink out) {
        dropped("errors", info.dropped("errorstats"), out);
        dropped("commands", info.dropped("cmdstats"), out);
        dropped("lines", info.dropped("lines"), out);
        dropped("groups", StreamMetrics.droppedGroups(streams), out);
        dropped("consumers", StreamMetrics.droppedConsumers(streams), out);
    }

    private static void dropped(String kind, double count, MetricSink out) {
        out.gauge(
                "avatar_exporter_redis_dropped_items",
                "Items in the replies of Redis that are not exported because there are too many of them, by kind.",
                count,
                "kind",
                kind);
    }

    private static void instance(RedisInfo info, MetricSink out) {
        List<String> labels = new ArrayList<>();
        for (String name : INSTANCE_LABELS) {
            labels.add(name);
            labels.add(instanceLabel(info, name));
        }
        for (String name : OPTIONAL_LABELS) {
            info.text(name).filter(value -> !value.isEmpty()).ifPresent(value -> {
                labels.add(name);
                labels.add(value);
            });
        }
        out.gauge("redis_instance_info", "Always 1; labels describe the server.", 1, labels.toArray(String[]::new));
    }

    /** Valkey reports its mode under another name unless it is set up to be compatible. */
    private static String instanceLabel(RedisInfo info, String name) {
        Optional<String> value = info.text(name);
        return (value.isEmpty() && name.equals("redis_mode") ? info.text("server_mode") : value).orElse("");
    }

    private static void commands(RedisInfo info, MetricSink out) {
        info.each("cmdstat_", (command, stat) -> {
            stat(out, "commands_total", "Calls per command.", stat, "calls", 1, "cmd", command);
            stat(out, "commands_duration_seconds_total", "Time spent per command.", stat, "usec", 1e-6, "cmd", command);
            stat(
                    out,
                    "commands_failed_calls_total",
                    "Failed calls per command.",
                    stat,
                    "failed_calls",
                    1,
                    "cmd",
                    command);
            stat(
                    out,
                    "commands_rejected_calls_total",
                    "Calls rejected before execution, per command.",
                    stat,
                    "rejected_calls",
                    1,
                    "cmd",
                    command);
            stat(
                    out,
                    "commands_slowlog_total",
                    "Calls per command in the slow log.",
                    stat,
                    "slowlog_count",
                    1,
                    "cmd",
                    command);
            stat(
                    out,
                    "commands_slowlog_duration_seconds_total",
                    "Time of calls in the slow log, per command.",
                    stat,
                    "slowlog_time_ms_sum",
                    1e-3,
                    "cmd",
                    command);
            Double longest = stat.get("slowlog_time_ms_max");
            if (longest != null) {
                out.gauge(
                        "redis_commands_slowlog_duration_seconds_max",
                        "Longest call in the slow log, per command.",
                        longest / 1e3,
                        "cmd",
                        command);
            }
        });
        info.each(
                "errorstat_",
                (error, stat) -> stat(out, "errors_total", "Error replies by type.", stat, "count", 1, "err", error));
    }

    private static void stat(
            MetricSink out,
            String metric,
            String help,
            Map<String, Double> stat,
            String part,
            double factor,
            String label,
            String labelValue) {
        Double value = stat.get(part);
        if (value != null) {
            out.counter("redis_" + metric, help, value * factor, label, labelValue);
        }
    }

    private static void keyspace(RedisInfo info, RedisSnapshot snapshot, MetricSink out) {
        info.each("db", (number, stat) -> {
            if (DATABASE.matcher(number).matches()) {
                database("db" + number, stat, out);
            }
        });
        // INFO omits empty databases; an emptied one must report 0 rather than disappear.
        for (int i = 0; i < snapshot.databases(); i++) {
            if (info.text("db" + i).isEmpty()) {
                database("db" + i, Map.of("keys", 0.0, "expires", 0.0), out);
            }
        }
    }

    private static void database(String db, Map<String, Double> stat, MetricSink out) {
        out.gauge("redis_db_keys", "Keys per database.", stat.getOrDefault("keys", 0.0), "db", db);
        out.gauge(
                "redis_db_keys_expiring",
                "Keys with a time to live, per database.",
                stat.getOrDefault("expires", 0.0),
                "db",
                db);
        Double cached = stat.get("cached_keys");
        if (cached != null) {
            out.gauge("redis_db_keys_cached", "Keys cached in memory by KeyDB, per database.", cached, "db", db);
        }
        // Redis and Valkey have different names for it.
        Double partly = stat.getOrDefault("subexpiry", stat.get("keys_with_volatile_items"));
        if (partly != null) {
            out.gauge(
                    "redis_db_keys_with_expiring_items", "Keys with expiring fields, per database.", partly, "db", db);
        }
        Double ttlMillis = stat.get("avg_ttl");
        if (ttlMillis != null) {
            out.gauge(
                    "redis_db_avg_ttl_seconds",
                    "Mean time to live of the expiring keys of a database.",
                    ttlMillis / 1e3,
                    "db",
                    db);
        }
    }

    private static void slowlog(RedisSnapshot snapshot, MetricSink out) {
        if (snapshot.slowlogLength().isEmpty()) {
            return;
        }
        out.gauge(
                "redis_slowlog_length",
                "Entries in the slow log.",
                snapshot.slowlogLength().getAsLong());
        out.gauge(
                "redis_slowlog_last_id",
                "Id of the newest entry of the slow log.",
                snapshot.lastSlow().id());
        out.gauge(
                "redis_last_slow_execution_duration_seconds",
                "Duration of the newest entry of the slow log.",
                snapshot.lastSlow().seconds());
    }

    private static void latency(RedisInfo info, RedisSnapshot snapshot, MetricSink out) {
        for (RedisSnapshot.LatencyEvent event : snapshot.latency()) {
            String[] labels = {"event_name", event.name()};
            out.gauge(
                    "redis_latency_spike_last",
                    "Unix time of the latest event of the latency monitor, by event.",
                    event.at(),
                    labels);
            out.gauge(
                    "redis_latency_spike_duration_seconds",
                    "Duration of the latest event of the latency monitor, by event.",
                    event.seconds(),
                    labels);
        }
        info.each("latency_percentiles_usec_", (command, percentiles) -> {
            Map<String, Double> stat = info.parts("cmdstat_" + command);
            Map<String, Double> quantiles = new LinkedHashMap<>();
            percentiles.forEach((name, value) -> quantiles.put(name.substring(1), value));
            out.summary(
                    "redis_latency_percentiles_usec",
                    "Latency percentiles per command, in microseconds.",
                    quantiles,
                    stat.getOrDefault("calls", 0.0),
                    stat.getOrDefault("usec", 0.0),
                    "cmd",
                    command);
        });
    }

    /** All gauges, even the counters: redis_exporter exposes them so. */
    private static void cluster(RedisInfo info, RedisInfo cluster, MetricSink out) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (RedisInfo source : List.of(info, cluster)) {
            for (String name : source.names("cluster_", CLUSTER)) {
                source.number(name).ifPresent(value -> values.put(name, value));
            }
        }
        values.forEach((name, value) -> out.gauge(
                CLUSTER_NAMES.getOrDefault(name, "redis_" + name),
                "Field " + name + " of the Cluster's state.",
                value));
    }
}
