package io.bev.avatar.exporter;

import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.alert.AlertWebhook;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.Exposition;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.collector.self.ExporterInfoMetrics;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.http.ExporterServer;
import io.bev.avatar.exporter.http.LandingPage;
import io.bev.avatar.exporter.http.ListenerSecurity;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisConnection;
import io.bev.avatar.exporter.web.WebConfigSecurity;
import io.prometheus.client.hotspot.BufferPoolsExports;
import io.prometheus.client.hotspot.ClassLoadingExports;
import io.prometheus.client.hotspot.GarbageCollectorExports;
import io.prometheus.client.hotspot.MemoryPoolsExports;
import io.prometheus.client.hotspot.StandardExports;
import io.prometheus.client.hotspot.ThreadExports;
import io.prometheus.client.hotspot.VersionInfoExports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The exporter's parts, put together from its configuration. Closing ends all of them. */
public final class Exporter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final ListenerSecurity access;
    private final Optional<WebConfigSecurity> web;
    private final Optional<RedisClients> redis;
    private final BoundedHttpClient http;
    private final ScrapeRunner runner;
    private final AlertWebhook webhook;
    private final AlertPipeline care;
    private final ExporterServer server;

    /** @throws IOException when the address cannot be bound or an old alert spool cannot be read */
    public Exporter(ExporterConfigs settings, String version) throws IOException {
        ExporterConfig config = settings.exporter();
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemUTC();
        InetSocketAddress address = new InetSocketAddress(config.bind(), config.port());
        if (address.isUnresolved()) {
            throw new IOException("exporter.bind: no address is known for " + config.bind());
        }
        RequestGuard guard = RequestGuard.allowing(config.allowedHosts());
        List<AutoCloseable> made = new ArrayList<>();
        try {
            web = config.webConfigFile().map(file -> WebConfigSecurity.open(file, ticker));
            web.ifPresent(made::add);
            access = web.<ListenerSecurity>map(w -> w).orElse(ListenerSecurity.OPEN);
            warnIfOpen(address);
            redis = settings.redis().map(RedisClients::new);
            redis.ifPresentOrElse(
                    made::add,
                    () -> LOG.info("no Redis, redis.url is empty: alerts are acted on and published nowhere"));
            http = kept(made, new BoundedHttpClient());
            List<Collector> sources =
                    CollectorFactory.of(settings, link("avatar-exporter"), http, ticker, clock, version);
            runner = kept(made, new ScrapeRunner(sources, config.scrapeTimeout(), ticker, clock));
            webhook = kept(
                    made,
                    AlertWebhook.over(
                            link("avatar-exporter-alerts"),
                            guard,
                            config.alertTokenFile(),
                            config.alertSpoolFile(),
                            config.alertActiveFor(),
                            clock));
            care = kept(made, new AlertPipeline(settings, webhook, link("avatar-exporter-recovery"), http, clock));
            List<Consumer<MetricSink>> own =
                    List.of(new ExporterInfoMetrics(version, config.thresholds()), webhook, care);
            Exposition exposition = new Exposition(runner, CollectorFactory.off(settings), own, processMetrics());
            server = new ExporterServer(
                    address,
                    access,
                    guard,
                    exposition,
                    config.scrapeTimeout(),
                    new LandingPage(version, exposition::statuses, exposition.off(), clock),
                    webhook);
        } catch (IOException | RuntimeException e) {
            closeAll(made, e);
            throw e;
        }
    }

    private Optional<RedisConnection> link(String clientName) {
        return redis.map(access -> access.link(clientName));
    }

    private void warnIfOpen(InetSocketAddress address) {
        if (!address.getAddress().isLoopbackAddress() && (access.tls().isEmpty() || !access.authenticates())) {
            LOG.warn(
                    "exporter.bind {} is reached from other machines {}: give exporter.web-config-file certificates and users",
                    address.getHostString(),
                    access.authenticates()
                            ? "without TLS"
                            : access.tls().isPresent() ? "without a password" : "without TLS and password");
        }
    }

    private static List<io.prometheus.client.Collector> processMetrics() {
        return List.of(
                new StandardExports(),
                new MemoryPoolsExports(),
                new BufferPoolsExports(),
                new GarbageCollectorExports(),
                new ThreadExports(),
                new ClassLoadingExports(),
                new VersionInfoExports());
    }

    private static <T extends AutoCloseable> T kept(List<AutoCloseable> made, T part) {
        made.add(part);
        return part;
    }

    private static void closeAll(List<AutoCloseable> made, Exception reason) {
        for (AutoCloseable part : made) {
            try {
                part.close();
            } catch (Exception e) {
                reason.addSuppressed(e);
            }
        }
    }

    /** Serves. */
    public void start() {
        server.start();
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return access.tls().isPresent() ? "https" : "http";
    }

    /** Where it listens, with the port that was really taken. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Version in the jar's manifest; "development" for classes run from a build directory. */
    public static String version() {
        return Optional.ofNullable(Exporter.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public void close() {
        server.close();
        care.close();
        webhook.close();
        runner.close();
        http.close();
        redis.ifPresent(RedisClients::close);
        web.ifPresent(WebConfigSecurity::close);
    }
}
