package io.bev.avatar.exporter;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.endpoint.EndpointCollector;
import io.bev.avatar.exporter.collector.endpoint.LivenessCollector;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import io.bev.avatar.exporter.collector.mcp.McpCollector;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.collector.renderer.FrameDeadlines;
import io.bev.avatar.exporter.collector.renderer.RendererCollector;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import io.bev.avatar.exporter.mcp.McpProbe;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the collectors, in the order in which a scrape shows them. */
final class CollectorFactory {

    /** For what answers in milliseconds when it is well, and must not use up the scrape's time when it is not. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Beyond the threshold of a slow page, so that such a page is slow and not down; longer than a scrape of two seconds. */
    private static final Duration PAGE_PATIENCE = Duration.ofSeconds(8);

    /** For what is asked in every scrape, even one of two seconds. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    /** The renderer's streams in Redis. */
    private static final List<String> STREAMS = List.of("avatar:state:updates", "osint:updates");

    private CollectorFactory() {}

    static List<Collector> of(
            ExporterConfigs settings,
            Optional<RedisConnection> redis,
            BoundedHttpClient http,
            Ticker ticker,
            Clock clock,
            String version) {
        var exporter = settings.exporter();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        FrameDeadlines deadlines = new FrameDeadlines(ticker);
        GpuSettings gpu = GpuSettings.defaults(exporter.procPath())
                .withPcieThroughput(exporter.pcieThroughput())
                .withDcgmHost(exporter.dcgmNames() ? Optional.of(hostName(exporter.procPath())) : Optional.empty());
        List<Collector> sources = new ArrayList<>(List.of(
                new GpuCollector(
                        () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, meter),
                        meter,
                        gpu,
                        deadlines::late,
                        ticker,
                        clock),
                new HostCollector(exporter.procPath(), exporter.sysPath(), new LibcFileSystems(), clock)));
        redis.ifPresent(link -> sources.add(RedisCollector.over(link, STREAMS, clock)));
        sources.addAll(List.of(
                new SystemdCollector(exporter.units(), settings.systemBus(), PATIENCE, ticker),
                new RendererCollector(exporter.jolokiaUrl(), PATIENCE, http, deadlines),
                new LivenessCollector(exporter.rendererUrl(), QUICK, http),
                new EndpointCollector(exporter.rendererUrl(), PAGE_PATIENCE, http, ticker),
                new McpCollector(new McpProbe(settings.mcp().url(), version, QUICK, http), ticker)));
        return sources;
    }

    /** The sources that the configuration switches off, and by what. */
    static Map<String, String> off(ExporterConfigs settings) {
        return settings.redis().isPresent() ? Map.of() : Map.of("redis", "redis.url is empty");
    }

    private static String hostName(Path proc) {
        try {
            return Files.readString(proc.resolve("sys/kernel/hostname")).strip();
        } catch (IOException unknown) {
            return "";
        }
    }
}
