package io.bev.avatar.exporter.collector.self;

import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.exporter.collector.MetricSink;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Connections of the exporter's listener.
 *
 * <pre>
 * avatar_exporter_http_connections 2.0
 * avatar_exporter_http_held_bytes 0.0
 * avatar_exporter_http_connections_closed_total{reason="timeout"} 1.0
 * </pre>
 */
public record ConnectionMetrics(ConnectionTable connections) implements Consumer<MetricSink> {

    @Override
    public void accept(MetricSink out) {
        out.gauge("avatar_exporter_http_connections", "Open connections to the exporter.", connections.open());
        out.gauge(
                "avatar_exporter_http_held_bytes",
                "Bytes held for clients of the exporter: request bodies and unsent responses.",
                connections.heldBytes());
        new TreeMap<>(connections.closedByReason())
                .forEach((reason, count) -> out.counter(
                        "avatar_exporter_http_connections_closed_total",
                        "Connections rejected or closed by the exporter because of a limit or timeout, by reason.",
                        count,
                        "reason",
                        reason));
    }
}
