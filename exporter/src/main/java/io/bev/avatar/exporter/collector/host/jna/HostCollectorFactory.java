package io.bev.avatar.exporter.collector.host.jna;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.HostOptions;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.config.HostSource;
import java.time.Clock;

/** Creates the host collector with the configured source. */
public final class HostCollectorFactory {

    private HostCollectorFactory() {}

    /** Native libraries are called by the source procfs only. */
    public static HostCollector create(ExporterConfig config, Ticker ticker, Clock clock) {
        return config.hostSource().on(System.getProperty("os.name", "")) == HostSource.OSHI
                ? HostCollector.overOshi(ticker, clock)
                : new HostCollector(
                        HostOptions.of(config),
                        new LibcFileSystems(),
                        new LibcKernelClock(),
                        ticker,
                        clock,
                        new LibcLocalZones());
    }
}
