package io.bev.avatar.exporter;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.client.HttpSource;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.collector.endpoint.EndpointCollector;
import io.bev.avatar.exporter.collector.gpu.GpuCollector;
import io.bev.avatar.exporter.collector.gpu.GpuSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMeter;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import io.bev.avatar.exporter.collector.redis.RedisAccess;
import io.bev.avatar.exporter.collector.redis.RedisCollector;
import io.bev.avatar.exporter.collector.redis.RedisStrings;
import io.bev.avatar.exporter.collector.service.ServiceCollector;
import io.bev.avatar.exporter.health.HealthKeys;
import io.bev.avatar.exporter.health.HealthReport;
import io.bev.avatar.exporter.health.HealthRound;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.threshold.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of {@code health}, put together from the configuration. Closing ends all of them. */
final class HealthAssembly implements AutoCloseable {

    /** The unit without which there is no avatar. */
    private static final String RENDERER_UNIT = "bev-advanced-avatar.service";

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Longer than the threshold of a slow answer, so that a slow one is told from none. */
    private static final Duration ENDPOINT_PATIENCE = Duration.ofSeconds(10);

    private static final Duration BUDGET = Duration.ofSeconds(12);

    private final Optional<RedisAccess> redis;
    private final HttpSource http = new HttpSource();
    private final ScrapeRunner sources;
    private final HealthRound round;
    private final Optional<HealthKeys> keys;

    HealthAssembly(ExporterSettings settings, boolean cpuAllowed, Limits limits) {
        var exporter = settings.exporter();
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemUTC();
        NvmlCallMeter meter = new NvmlCallMeter(ticker);
        redis = settings.redis().map(RedisAccess::new);
        Optional<RedisStrings> strings = redis.map(access -> new RedisStrings(access.link("avatar-health")));
        List<Collector> collectors = new ArrayList<>(List.of(
                new GpuCollector(
                        () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, meter),
                        meter,
                        GpuSettings.defaults(exporter.procPath()),
                        () -> false, // a round in half a minute presses on nobody
                        ticker,
                        clock),
                new HostCollector(exporter.procPath(), exporter.sysPath(), new LibcFileSystems(), clock),
                new ServiceCollector(exporter.units(), settings.systemBus(), PATIENCE, ticker),
                new EndpointCollector(exporter.rendererUrl(), ENDPOINT_PATIENCE, http, ticker)));
        redis.ifPresent(
                access -> collectors.add(RedisCollector.over(access.link("avatar-health-info"), List.of(), clock)));
        sources = new ScrapeRunner(collectors, BUDGET, ticker, clock);
        round = new HealthRound(
                new HealthRound.Subject(hostName(), exporter.units(), RENDERER_UNIT, cpuAllowed),
                sources,
                strings,
                limits,
                BUDGET,
                ticker,
                clock);
        keys = strings.map(HealthKeys::new);
    }

    HealthRound round() {
        return round;
    }

    /** Writes a report to Redis, where there is one. */
    void publish(HealthReport report) throws IOException, InterruptedException {
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
        redis.ifPresent(RedisAccess::close);
    }
}
