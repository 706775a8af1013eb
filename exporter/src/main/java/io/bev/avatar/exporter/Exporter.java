package io.bev.avatar.exporter;

import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.alert.AlertWebhook;
import io.bev.avatar.exporter.alert.DurableAlertQueue;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.CertificateExpiry;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.Exposition;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.collector.self.ConnectionMetrics;
import io.bev.avatar.exporter.collector.self.ExporterInfoMetrics;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.http.ExporterServer;
import io.bev.avatar.exporter.http.LandingPage;
import io.bev.avatar.exporter.http.ListenerSecurity;
import io.bev.avatar.exporter.http.RunbookPages;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisConnection;
import io.bev.avatar.exporter.threshold.ThresholdFileLocator;
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

/** Composition root of the exporter: creates all components from the configuration. Closing closes all of them. */
public final class Exporter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final ListenerSecurity access;
    private final Optional<WebConfigSecurity> web;
    private final Optional<RedisClients> redis;
    private final BoundedHttpClient http;
    private final ScrapeRunner runner;
    private final DurableAlertQueue alerts;
    private final AlertPipeline alertPipeline;
    private final ExporterServer server;

    /** @throws IOException when the address cannot be bound or an existing alert spool cannot be read */
    public Exporter(ExporterConfigs settings, String version) throws IOException {
        ExporterConfig config = settings.exporter();
        Ticker ticker = Ticker.system();
        Clock clock = Clock.systemUTC();
        InetSocketAddress address = new InetSocketAddress(config.bind(), config.port());
        if (address.isUnresolved()) {
            throw new IOException("exporter.bind: cannot resolve host name " + config.bind());
        }
        RequestGuard guard = RequestGuard.allowing(config.allowedHosts());
        List<AutoCloseable> created = new ArrayList<>();
        try {
            web = config.webConfigFile().map(file -> WebConfigSecurity.open(file, ticker));
            web.ifPresent(created::add);
            access = web.<ListenerSecurity>map(w -> w).orElse(ListenerSecurity.OPEN);
            warnIfOpen(address);
            redis = settings.redis().map(RedisClients::new);
            redis.ifPresentOrElse(
                    created::add,
                    () -> LOG.info("Redis is disabled (redis.url is empty): alerts trigger recovery but are not"
                            + " published"));
            http = register(created, new BoundedHttpClient());
            List<Collector> collectors =
                    CollectorFactory.of(settings, link("avatar-exporter"), http, ticker, clock, version);
            runner = register(created, new ScrapeRunner(collectors, config.scrapeTimeout(), ticker, clock));
            alerts = register(
                    created,
                    DurableAlertQueue.open(
                            link("avatar-exporter-alerts"), config.alertSpoolFile(), config.alertActiveFor(), clock));
            alertPipeline = register(
                    created, new AlertPipeline(settings, alerts, link("avatar-exporter-recovery"), http, clock));
            AlertWebhook webhook = new AlertWebhook(guard, config.alertTokenFile(), alerts, clock);
            ConnectionTable connections = ExporterServer.connections();
            List<Consumer<MetricSink>> own = List.of(
                    new ExporterInfoMetrics(version, config.thresholds()),
                    new ConnectionMetrics(connections),
                    certificate(web),
                    alerts,
                    webhook,
                    alertPipeline);
            Exposition exposition = new Exposition(runner, CollectorFactory.disabled(settings), own, processMetrics());
            server = new ExporterServer(
                    address,
                    connections,
                    access,
                    guard,
                    exposition,
                    config.scrapeTimeout(),
                    new LandingPage(version, exposition::statuses, exposition.disabled(), clock),
                    new RunbookPages(ThresholdFileLocator.runbooks(), commandsHere()),
                    webhook);
        } catch (IOException | RuntimeException e) {
            closeAll(created, e);
            throw e;
        }
    }

    private static Consumer<MetricSink> certificate(Optional<WebConfigSecurity> web) {
        return out -> CertificateExpiry.report(
                out, "exporter", web.flatMap(security -> CertificateExpiry.earliest(security.chain())));
    }

    private Optional<RedisConnection> link(String clientName) {
        return redis.map(access -> access.link(clientName));
    }

    private void warnIfOpen(InetSocketAddress address) {
        if (!address.getAddress().isLoopbackAddress() && (access.tls().isEmpty() || !access.authenticates())) {
            LOG.warn(
                    "Exporter on {} is reachable from other machines {}: configure TLS and users in"
                            + " exporter.web-config-file",
                    address.getHostString(),
                    access.authenticates()
                            ? "without TLS"
                            : access.tls().isPresent() ? "without a password" : "without TLS and without a password");
        }
    }

    /** Without systemd, the commands of the runbooks differ. */
    private static Optional<String> commandsHere() {
        return System.getenv("NOTIFY_SOCKET") != null
                ? Optional.empty()
                : Optional.of(
                        "Here the avatar runs with `./avatar up`, without systemd: logs are in `.run/logs` instead of"
                                + " `journalctl`, and instead of `systemctl restart` end the process, which `./avatar up`"
                                + " starts again. Instead of `sudo avatar`, use `./avatar` in its directory.");
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

    private static <T extends AutoCloseable> T register(List<AutoCloseable> created, T part) {
        created.add(part);
        return part;
    }

    private static void closeAll(List<AutoCloseable> created, Exception reason) {
        for (AutoCloseable part : created) {
            try {
                part.close();
            } catch (Exception e) {
                reason.addSuppressed(e);
            }
        }
    }

    /** Starts accepting requests. */
    public void start() {
        server.start();
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return access.tls().isPresent() ? "https" : "http";
    }

    /** Listening address with the actual port. */
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
        alertPipeline.close();
        alerts.close();
        runner.close();
        http.close();
        redis.ifPresent(RedisClients::close);
        web.ifPresent(WebConfigSecurity::close);
    }
}
