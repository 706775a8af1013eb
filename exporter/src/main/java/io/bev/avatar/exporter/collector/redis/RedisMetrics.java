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

    private enum Kind {
        GAUGE,
        COUNTER
    }

    /** A field of INFO, its metric, and the conversion factor to the base unit. */
    private record Field(String info, Kind kind, String metric, String help, double factor) {}

    private static Field gauge(String info, String metric, String help) {
        return new Field(info, Kind.GAUGE, metric, help, 1);
    }

    private static Field counter(String info, String metric, String help) {
        return new Field(info, Kind.COUNTER, metric, help, 1);
    }

    private static final List<Field> FIELDS = List.of(
            gauge("uptime_in_seconds", "uptime_in_seconds", "Seconds since the server started."),
            gauge("connected_clients", "connected_clients", "Client connections, excluding replicas."),
            gauge("blocked_clients", "blocked_clients", "Clients waiting in a blocking command."),
            gauge("maxclients", "max_clients", "Maximum number of client connections."),
            gauge("used_memory", "memory_used_bytes", "Memory allocated by Redis, in bytes."),
            gauge("used_memory_rss", "memory_used_rss_bytes", "Resident memory of the Redis process, in bytes."),
            gauge("used_memory_peak", "memory_used_peak_bytes", "Peak memory allocated by Redis, in bytes."),
            gauge("maxmemory", "memory_max_bytes", "Memory limit (maxmemory) in bytes; 0 means no limit."),
            gauge("mem_fragmentation_ratio", "mem_fragmentation_ratio", "Ratio of resident to allocated memory."),
            gauge("loading", "loading_dump_file", "1 while the data set is being loaded."),
            gauge("rdb_last_bgsave_status", "rdb_last_bgsave_status", "1 if the last RDB snapshot succeeded."),
            gauge(
                    "rdb_last_save_time",
                    "rdb_last_save_timestamp_seconds",
                    "Unix time of the last successful RDB snapshot."),
            gauge("rdb_changes_since_last_save", "rdb_changes_since_last_save", "Changes since the last RDB snapshot."),
            gauge("aof_enabled", "aof_enabled", "1 if the append-only file (AOF) is enabled."),
            gauge(
                    "aof_last_write_status",
                    "aof_last_write_status",
                    "1 if the last write to the append-only file (AOF) succeeded."),
            gauge("cluster_enabled", "cluster_enabled", "1 if the server is a node of a Cluster."),
            gauge("connected_slaves", "connected_slaves", "Connected replicas."),
            gauge("master_repl_offset", "master_repl_offset", "Offset of the replication stream."),
            new Field("latest_fork_usec", Kind.GAUGE, "latest_fork_seconds", "Duration of the last fork.", 1e-6),
            gauge("pubsub_channels", "pubsub_channels", "Pub/Sub channels with at least one subscriber."),
            counter("total_commands_processed", "commands_processed_total", "Commands processed."),
            counter("total_connections_received", "connections_received_total", "Connections accepted."),
            counter(
                    "rejected_connections",
                    "rejected_connections_total",
                    "Connections rejected because of max_clients."),
            counter("total_net_input_bytes", "net_input_bytes_total", "Bytes read from clients."),
            counter("total_net_output_bytes", "net_output_bytes_total", "Bytes written to clients."),
            counter("keyspace_hits", "keyspace_hits_total", "Lookups of existing keys."),
            counter("keyspace_misses", "keyspace_misses_total", "Lookups of missing keys."),
            counter("expired_keys", "expired_keys_total", "Expired keys."),
            counter("evicted_keys", "evicted_keys_total", "Keys evicted because of the memory limit."),
            counter("used_cpu_sys", "cpu_sys_seconds_total", "System CPU time of the Redis process."),
            counter("used_cpu_user", "cpu_user_seconds_total", "User CPU time of the Redis process."));

    private static final List<Field> CLUSTER_FIELDS = List.of(
            gauge("cluster_state", "cluster_state", "1 if the Cluster is in state ok."),
            gauge("cluster_slots_assigned", "cluster_slots_assigned", "Slots assigned to a node."),
            gauge("cluster_slots_ok", "cluster_slots_ok", "Slots whose node is in state ok."),
            gauge(
                    "cluster_slots_pfail",
                    "cluster_slots_pfail",
                    "Slots whose node is in state PFAIL (unreachable from this node)."),
            gauge("cluster_slots_fail", "cluster_slots_fail", "Slots whose node is in state FAIL."),
            gauge("cluster_known_nodes", "cluster_known_nodes", "Known nodes of the Cluster."),
            gauge("cluster_size", "cluster_size", "Master nodes with at least one slot."),
            gauge("cluster_current_epoch", "cluster_current_epoch", "Current epoch of the Cluster."),
            gauge("cluster_my_epoch", "cluster_my_epoch", "Configuration epoch of this node."),
            gauge("cluster_stats_messages_sent", "cluster_messages_sent_total", "Messages sent on the Cluster bus."),
            gauge(
                    "cluster_stats_messages_received",
                    "cluster_messages_received_total",
                    "Messages received on the Cluster bus."));

    private static final List<String> INSTANCE_LABELS = List.of(
            "maxmemory_policy",
            "os",
            "process_id",
            "redis_build_id",
            "redis_mode",
            "redis_version",
            "role",
            "run_id",
            "tcp_port");

    private static final Pattern DATABASE = Pattern.compile("\\d+");

    private final Clock clock;

    RedisMetrics(Clock clock) {
        this.clock = clock;
    }

    void write(RedisSnapshot snapshot, MetricSink out) {
        RedisInfo info = snapshot.info();
        for (Field field : FIELDS) {
            info.number(field.info()).ifPresent(value -> {
                if (field.kind() == Kind.COUNTER) {
                    out.counter("redis_" + field.metric(), field.help(), value * field.factor());
                } else {
                    out.gauge("redis_" + field.metric(), field.help(), value * field.factor());
                }
            });
        }
        info.number("uptime_in_seconds")
                .ifPresent(uptime -> out.gauge(
                        "redis_start_time_seconds",
                        "Unix time of the server's start.",
                        clock.instant().getEpochSecond() - uptime));
        instance(info, out);
        commands(info, out);
        keyspace(info, snapshot, out);
        slowlog(snapshot, out);
        latency(info, snapshot, out);
        cluster(RedisInfo.parse(snapshot.cluster()), out);
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
            labels.add(info.text(name).orElse(""));
        }
        out.gauge("redis_instance_info", "Always 1; labels describe the server.", 1, labels.toArray(String[]::new));
        Optional<String> master = info.text("master_host");
        if (master.isPresent()) {
            info.number("master_link_status")
                    .ifPresent(up -> out.gauge(
                            "redis_master_link_up",
                            "1 if the link to the master is up.",
                            up,
                            "master_host",
                            master.get(),
                            "master_port",
                            info.text("master_port").orElse("")));
        }
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
    private static void cluster(RedisInfo cluster, MetricSink out) {
        for (Field field : CLUSTER_FIELDS) {
            cluster.number(field.info()).ifPresent(value -> out.gauge("redis_" + field.metric(), field.help(), value));
        }
    }
}
