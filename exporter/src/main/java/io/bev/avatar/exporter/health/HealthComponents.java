package io.bev.avatar.exporter.health;

import io.bev.avatar.common.process.HostName;
import io.bev.avatar.common.systemd.AvatarUnits;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.client.ExporterClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.collector.endpoint.EndpointCollector;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.collector.host.jna.HostCollectorFactory;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Composition root of {@code health}. Closing closes all components. */
public final class HealthComponents implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Longer than the threshold for slow responses, to distinguish a slow endpoint from one that is down. */
    private static final Duration ENDPOINT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration COLLECTION_TIMEOUT = Duration.ofSeconds(12);

    private final Optional<RedisClients> redis;
    private final BoundedHttpClient http = new BoundedHttpClient();
    private final ScrapeRunner sources;
    private final HealthEvaluator evaluator;
    private final Optional<RedisHealthPublisher> keys;

    /** @param running the exporter on this machine, whose GPU readings are used while it responds */
    public HealthComponents(
            ExporterConfigs settings, boolean cpuAllowed, Thresholds thresholds, Optional<ExporterClient> running) {
        var exporter = settings.exporter();
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemUTC();
        NvmlCallMetrics meter = new NvmlCallMetrics(ticker);
        redis = settings.redis().map(RedisClients::new);
        Optional<RedisKeyValues> strings = redis.map(clients -> new RedisKeyValues(clients.link("avatar-health")));
        GpuCollector nvml = new GpuCollector(
                () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, meter),
                meter,
                GpuSettings.defaults(exporter.procPath()),
                () -> false, // health evaluations are too rare to load the GPU
                ticker,
                clock);
        List<Collector> collectors = new ArrayList<>(List.of(
                running.<Collector>map(client -> new RunningExporterGpu(() -> client.metricsOf(nvml.name()), nvml))
                        .orElse(nvml),
                HostCollectorFactory.create(exporter, ticker, clock),
                new SystemdCollector(exporter.units(), settings.systemBus(), TIMEOUT, ticker),
                new EndpointCollector(exporter.rendererUrl(), ENDPOINT_TIMEOUT, http, ticker)));
        redis.ifPresent(
                clients -> collectors.add(RedisCollector.over(clients.link("avatar-health-info"), List.of(), clock)));
        sources = new ScrapeRunner(collectors, COLLECTION_TIMEOUT, ticker, clock);
        evaluator = new HealthEvaluator(
                new HealthEvaluator.Subject(
                        HostName.read(exporter.procPath()).full(), exporter.units(), AvatarUnits.RENDERER, cpuAllowed),
                sources,
                strings,
                thresholds,
                COLLECTION_TIMEOUT,
                ticker,
                clock);
        keys = strings.map(RedisHealthPublisher::new);
    }

    public HealthEvaluator evaluator() {
        return evaluator;
    }

    /** Writes a report to Redis, if configured. */
    public void publish(HealthReport report) throws IOException, InterruptedException {
        if (keys.isPresent()) {
            keys.get().write(report);
        }
    }

    @Override
    public void close() {
        sources.close();
        http.close();
        redis.ifPresent(RedisClients::close);
    }
}
