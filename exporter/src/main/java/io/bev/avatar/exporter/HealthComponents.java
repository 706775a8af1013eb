package io.bev.avatar.exporter;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.collector.endpoint.EndpointCollector;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import io.bev.avatar.exporter.health.HealthEvaluator;
import io.bev.avatar.exporter.health.HealthReport;
import io.bev.avatar.exporter.health.RedisHealthPublisher;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of {@code health}, put together from the configuration. Closing ends all of them. */
public final class HealthComponents implements AutoCloseable {

    /** The unit without which there is no avatar. */
    private static final String RENDERER_UNIT = "bev-advanced-avatar.service";

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Longer than the threshold of a slow answer, so that a slow one is told from none. */
    private static final Duration ENDPOINT_PATIENCE = Duration.ofSeconds(10);

    private static final Duration BUDGET = Duration.ofSeconds(12);

    private final Optional<RedisClients> redis;
    private final BoundedHttpClient http = new BoundedHttpClient();
    private final ScrapeRunner sources;
    private final HealthEvaluator round;
    private final Optional<RedisHealthPublisher> keys;

    public HealthComponents(ExporterConfigs settings, boolean cpuAllowed, Thresholds limits) {
        var exporter = settings.exporter();
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemUTC();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        redis = settings.redis().map(RedisClients::new);
        Optional<RedisKeyValues> strings = redis.map(access -> new RedisKeyValues(access.link("avatar-health")));
        List<Collector> collectors = new ArrayList<>(List.of(
                new GpuCollector(
                        () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, meter),
                        meter,
                        GpuSettings.defaults(exporter.procPath()),
                        () -> false, // a round in half a minute presses on nobody
                        ticker,
                        clock),
                new HostCollector(exporter.procPath(), exporter.sysPath(), new LibcFileSystems(), clock),
                new SystemdCollector(exporter.units(), settings.systemBus(), PATIENCE, ticker),
                new EndpointCollector(exporter.rendererUrl(), ENDPOINT_PATIENCE, http, ticker)));
        redis.ifPresent(
                access -> collectors.add(RedisCollector.over(access.link("avatar-health-info"), List.of(), clock)));
        sources = new ScrapeRunner(collectors, BUDGET, ticker, clock);
        round = new HealthEvaluator(
                new HealthEvaluator.Subject(hostName(), exporter.units(), RENDERER_UNIT, cpuAllowed),
                sources,
                strings,
                limits,
                BUDGET,
                ticker,
                clock);
        keys = strings.map(RedisHealthPublisher::new);
    }

    public HealthEvaluator round() {
        return round;
    }

    /** Writes a report to Redis, where there is one. */
    public void publish(HealthReport report) throws IOException, InterruptedException {
        if (keys.isPresent()) {
            keys.get().write(report);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost"; // a machine whose own name does not resolve
        }
    }

    @Override
    public void close() {
        sources.close();
        http.close();
        redis.ifPresent(RedisClients::close);
    }
}
