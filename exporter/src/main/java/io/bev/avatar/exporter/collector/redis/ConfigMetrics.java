package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import java.util.Map;

/**
 * Settings from {@code CONFIG GET}, those that redis_exporter reports by default.
 *
 * <pre>
 * redis_config_maxclients 10000.0
 * redis_config_client_output_buffer_limit_bytes{class="pubsub",limit="hard"} 3.3554432E7
 * </pre>
 */
final class ConfigMetrics {

    /**
     * Glob of the settings {@code databases}, {@code io-threads}, {@code maxclients}, {@code maxmemory} and
     * {@code client-output-buffer-limit}, and few others: before Redis 7, {@code CONFIG GET} takes one argument.
     */
    static final String SETTINGS = "[cdim][alo][-xit]*";

    /** Fields of a class of clients in {@code client-output-buffer-limit}: name, hard and soft limit, seconds. */
    private static final int LIMIT_FIELDS = 4;

    private ConfigMetrics() {}

    static void write(Map<String, String> config, MetricSink out) {
        number(config, "io-threads", "redis_config_io_threads", "Configured I/O threads.", out);
        number(config, "maxclients", "redis_config_maxclients", "Configured limit of client connections.", out);
        number(
                config,
                "maxmemory",
                "redis_config_maxmemory",
                "Configured limit of memory in bytes; 0 means no limit.",
                out);
        limits(config.getOrDefault("client-output-buffer-limit", "").split(" ", -1), out);
    }

    private static void number(Map<String, String> config, String setting, String metric, String help, MetricSink out) {
        RedisInfo.finite(config.getOrDefault(setting, "")).ifPresent(value -> out.gauge(metric, help, value));
    }

    private static void limits(String[] fields, MetricSink out) {
        for (int i = 0; i + LIMIT_FIELDS <= fields.length; i += LIMIT_FIELDS) {
            limit(fields[i], "hard", fields[i + 1], out);
            limit(fields[i], "soft", fields[i + 2], out);
            String[] labels = {"class", fields[i], "limit", "soft"};
            RedisInfo.finite(fields[i + 3])
                    .ifPresent(seconds -> out.gauge(
                            "redis_config_client_output_buffer_limit_overcome_seconds",
                            "Time above the soft limit after which a client is closed, per class.",
                            seconds,
                            labels));
        }
    }

    private static void limit(String clients, String limit, String bytes, MetricSink out) {
        RedisInfo.finite(bytes)
                .ifPresent(value -> out.gauge(
                        "redis_config_client_output_buffer_limit_bytes",
                        "Limit of a client's output buffer, per class; 0 means no limit.",
                        value,
                        "class",
                        clients,
                        "limit",
                        limit));
    }
}
