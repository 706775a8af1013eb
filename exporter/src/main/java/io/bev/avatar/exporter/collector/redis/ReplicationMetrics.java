package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Links between masters and replicas, from {@code INFO replication}. A replica of KeyDB can have several masters.
 *
 * <pre>
 * redis_master_link_up{master_host="10.0.0.1",master_port="6379"} 1.0
 * redis_connected_slave_lag_seconds{slave_ip="10.0.0.2",slave_port="6379",slave_state="online"} 0.0
 * redis_slave_info{master_host="10.0.0.1",master_port="6379",read_only="1"} 1.0
 * </pre>
 */
final class ReplicationMetrics {

    private static final Pattern MASTER_HOST = Pattern.compile("(_\\d+)?_host");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private ReplicationMetrics() {}

    static void write(RedisInfo info, MetricSink out) {
        for (String host : info.names("master", MASTER_HOST)) {
            master(info, host.substring(0, host.length() - "_host".length()), out);
        }
        for (String name : info.names("slave", NUMBER)) {
            replica(info.texts(name), out);
        }
    }

    private static void master(RedisInfo info, String prefix, MetricSink out) {
        String[] labels = {
            "master_host",
            info.text(prefix + "_host").orElse(""),
            "master_port",
            info.text(prefix + "_port").orElse("")
        };
        info.text(prefix + "_link_status")
                .ifPresent(status -> out.gauge(
                        "redis_master_link_up",
                        "1 if the link to the master is up.",
                        status.equals("up") ? 1 : 0,
                        labels));
        info.number(prefix + "_last_io_seconds_ago")
                .ifPresent(seconds -> out.gauge(
                        "redis_master_last_io_seconds_ago",
                        "Seconds since the last data from the master; -1 without a link.",
                        seconds,
                        labels));
        info.number(prefix + "_sync_in_progress")
                .ifPresent(busy -> out.gauge(
                        "redis_master_sync_in_progress", "1 while the data set is being received.", busy, labels));
        if (prefix.equals("master")) {
            info.number("slave_repl_offset")
                    .ifPresent(offset -> out.gauge(
                            "redis_slave_repl_offset",
                            "Offset of the replica in the replication stream.",
                            offset,
                            labels));
            out.gauge(
                    "redis_slave_info",
                    "Always 1; labels describe the replica.",
                    1,
                    "master_host",
                    labels[1],
                    "master_port",
                    labels[3],
                    "read_only",
                    info.text("slave_read_only").orElse(""));
        }
    }

    private static void replica(Map<String, String> replica, MetricSink out) {
        String[] labels = {
            "slave_ip",
            replica.getOrDefault("ip", ""),
            "slave_port",
            replica.getOrDefault("port", ""),
            "slave_state",
            replica.getOrDefault("state", "")
        };
        RedisInfo.finite(replica.getOrDefault("offset", ""))
                .ifPresent(offset -> out.gauge(
                        "redis_connected_slave_offset_bytes",
                        "Offset that a replica has acknowledged.",
                        offset,
                        labels));
        RedisInfo.finite(replica.getOrDefault("lag", ""))
                .ifPresent(lag -> out.gauge(
                        "redis_connected_slave_lag_seconds",
                        "Seconds since a replica's last acknowledgement.",
                        lag,
                        labels));
    }
}
