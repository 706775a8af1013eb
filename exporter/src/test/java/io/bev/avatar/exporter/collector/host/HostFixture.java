package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.nio.file.Path;
import java.time.Clock;

/** The host collector on a fixture tree, with the same usage for all file systems. */
public final class HostFixture {

    private HostFixture() {}

    public static void collect(Path root, Clock clock, MetricSink out) throws Exception {
        FileSystemProbe probe = mount -> new FileSystemProbe.Usage(4096, 1_000_000, 400_000, 350_000, 65_536, 60_000);
        try (HostCollector collector = new HostCollector(root.resolve("proc"), root.resolve("sys"), probe, clock)) {
            collector.collect(out);
        }
    }
}
