package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.time.Clock;
import java.time.Instant;

/** {@code node_time_seconds}: the host's clock. */
final class TimeCollector implements HostSubcollector {

    private final Clock clock;

    TimeCollector(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void read(HostFiles files, MetricSink out) {
        Instant now = clock.instant();
        out.gauge(
                "node_time_seconds",
                "System time in seconds since epoch (1970).",
                now.getEpochSecond() + now.getNano() / 1e9);
    }
}
