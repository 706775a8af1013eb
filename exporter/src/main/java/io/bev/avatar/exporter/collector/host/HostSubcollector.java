package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;

/** One group of the host's metrics from one place. */
@FunctionalInterface
interface HostSubcollector {

    /**
     * Reads, parses, then writes; writes nothing when it fails. What this kernel does not have stays away without a word.
     *
     * @throws IOException when the place is there and cannot be read or understood
     */
    void read(HostFiles files, MetricSink out) throws IOException, InterruptedException;
}
