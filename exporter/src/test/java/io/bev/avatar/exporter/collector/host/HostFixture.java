package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.ExporterConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The host collector on a fixture tree, with the same usage for all file systems. */
public final class HostFixture {

    /** A synchronised clock, 1.5 ms behind. */
    private static final KernelClock.State CLOCK =
            new KernelClock.State(0, 1_500_000, 655_360, 4_000, 500, 0x2001, 7, 10_000, 0, 0, 0, 0, 0, 0, 0, 0, 37);

    private static final Path NO_TEXT_FILES = Path.of("/nonexistent");

    private HostFixture() {}

    public static void collect(Path root, Clock clock, MetricSink out) throws Exception {
        FileSystemProbe probe = mount -> new FileSystemProbe.Usage(4096, 1_000_000, 400_000, 350_000, 65_536, 60_000);
        try (HostCollector collector = withAll(root.resolve("proc"), root.resolve("sys"), probe, () -> 0, clock)) {
            collector.collect(out);
        }
    }

    /** A host collector that depends on nothing of this machine. */
    static HostCollector of(Path proc, Path sys, FileSystemProbe probe, Ticker ticker, Clock clock) {
        return of(new HostOptions(proc, sys, NO_TEXT_FILES, false, Set.of()), probe, ticker, clock);
    }

    /** With the subcollectors that are off by default. */
    static HostCollector withAll(Path proc, Path sys, FileSystemProbe probe, Ticker ticker, Clock clock) {
        return of(
                new HostOptions(proc, sys, NO_TEXT_FILES, false, ExporterConfig.HOST_COLLECTORS), probe, ticker, clock);
    }

    private static HostCollector of(HostOptions options, FileSystemProbe probe, Ticker ticker, Clock clock) {
        return new HostCollector(
                options,
                probe,
                () -> Optional.of(CLOCK),
                ticker,
                clock,
                instant -> new TimeCollector.LocalZone("UTC", 0),
                List.of(options.proc().resolveSibling("os-release")));
    }
}
