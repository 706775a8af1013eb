package io.bev.avatar.exporter;

import io.bev.avatar.common.hardware.OshiHardware;
import io.bev.avatar.common.process.HostName;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.systemd.AvatarUnits;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.endpoint.EndpointCollector;
import io.bev.avatar.exporter.collector.endpoint.LivenessCollector;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.collector.hardware.HardwareCollector;
import io.bev.avatar.exporter.collector.host.jna.HostCollectorFactory;
import io.bev.avatar.exporter.collector.mcp.McpCollector;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.collector.renderer.FrameDeadlines;
import io.bev.avatar.exporter.collector.renderer.RendererCollector;
import io.bev.avatar.exporter.collector.renderer.RendererProcessCollector;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import io.bev.avatar.exporter.mcp.McpProbe;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Creates the collectors in the order of a scrape. */
final class CollectorFactory {

    /**
     * For collectors that normally respond within milliseconds and must not use up the scrape timeout when they do not.
     */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /**
     * Longer than the threshold for slow responses, so that a slow page counts as slow and not as down; longer than a
     * scrape of 2 s.
     */
    private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(8);

    /** For collectors polled in every scrape, even with a scrape timeout of 2 s. */
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(1);

    /** Redis streams of the renderer. */
    private static final List<String> STREAMS = List.of(
            RedisKeys.STATE_UPDATES,
            RedisKeys.OSINT_UPDATES,
            RedisKeys.DEAD_STATE_UPDATES,
            RedisKeys.DEAD_OSINT_UPDATES);

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
                .withSmiNames(exporter.smiNames())
                .withDcgmHost(
                        exporter.dcgmNames()
                                ? Optional.of(HostName.read(exporter.procPath()).full())
                                : Optional.empty());
        List<Collector> collectors = new ArrayList<>(List.of(
                new GpuCollector(
                        () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, meter),
                        meter,
                        gpu,
                        deadlines::late,
                        ticker,
                        clock),
                HostCollectorFactory.create(exporter, ticker, clock)));
        if (exporter.hardware()) {
            collectors.add(new HardwareCollector(OshiHardware::read, ticker));
        }
        redis.ifPresent(link -> collectors.add(RedisCollector.over(link, STREAMS, clock)));
        SystemdCollector systemd = new SystemdCollector(
                exporter.units(),
                settings.systemBus(),
                TIMEOUT,
                exporter.sysPath(),
                exporter.nodeSystemdNames(),
                ticker);
        collectors.addAll(List.of(
                systemd,
                new RendererProcessCollector(
                        exporter.procPath(),
                        () -> systemd.mainPid(AvatarUnits.RENDERER),
                        RendererProcessCollector.localPort(exporter.rendererUrl()),
                        ticker),
                new RendererCollector(exporter.jolokiaUrl(), TIMEOUT, http, deadlines),
                new LivenessCollector(exporter.rendererUrl(), SHORT_TIMEOUT, http),
                new EndpointCollector(exporter.rendererUrl(), PAGE_TIMEOUT, http, ticker),
                new McpCollector(new McpProbe(settings.mcp().url(), version, SHORT_TIMEOUT, http), ticker)));
        return collectors;
    }

    /** Collectors disabled by the configuration, with the reason. */
    static Map<String, String> disabled(ExporterConfigs settings) {
        Map<String, String> disabled = new TreeMap<>();
        if (settings.redis().isEmpty()) {
            disabled.put("redis", "redis.url is empty");
        }
        if (!settings.exporter().hardware()) {
            disabled.put("hardware", "exporter.hardware is false");
        }
        return disabled;
    }
}
