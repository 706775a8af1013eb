package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** One group of host metrics from one kernel source. */
@FunctionalInterface
interface HostSubcollector {

    /**
     * Reads, parses, then writes; writes nothing on failure. A source that this kernel lacks yields no series and no
     * error.
     *
     * @throws IOException when the source exists but cannot be read or parsed
     */
    void read(HostFiles files, MetricSink out) throws IOException, InterruptedException;
}
