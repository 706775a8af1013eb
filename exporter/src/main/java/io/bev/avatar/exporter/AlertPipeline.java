package io.bev.avatar.exporter;

import io.bev.avatar.common.concurrent.PeriodicTask;
import io.bev.avatar.common.process.HostName;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.alert.AlertReconciler;
import io.bev.avatar.exporter.alert.AlertmanagerClient;
import io.bev.avatar.exporter.alert.DeadMansSwitch;
import io.bev.avatar.exporter.alert.DurableAlertQueue;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.recovery.Recovery;
import io.bev.avatar.exporter.recovery.RecoveryController;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Wires the consumers of alerts besides publication: recovery, reconciliation with Alertmanager, and the dead man's
 * switch.
 */
final class AlertPipeline implements Consumer<MetricSink>, AutoCloseable {

    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration RECONCILIATION_INTERVAL = Duration.ofSeconds(15);

    private final RecoveryController recovery;
    private final AlertReconciler reconciliation;
    private final DeadMansSwitch deadMansSwitch;
    private final List<PeriodicTask> tasks;

    AlertPipeline(
            ExporterConfigs settings,
            DurableAlertQueue queue,
            Optional<RedisConnection> redis,
            BoundedHttpClient http,
            Clock clock) {
        ExporterConfig exporter = settings.exporter();
        Path directory = exporter.alertSpoolFile().toAbsolutePath().getParent();
        Path state = directory == null ? Path.of("/") : directory;
        String host = settings.recovery()
                .instance()
                .orElseGet(() -> HostName.read(exporter.procPath()).instance());
        recovery = Recovery.create(
                settings.recovery(),
                new HashSet<>(List.of(host, "localhost", "127.0.0.1")),
                state,
                exporter.jolokiaUrl(),
                redis,
                http,
                queue,
                clock);
        reconciliation = new AlertReconciler(
                new AlertmanagerClient(settings.alertmanager().url(), http, clock), redis, queue, clock);
        deadMansSwitch = new DeadMansSwitch(
                settings.alertmanager().watchdogTimeout(),
                host,
                state.resolve("alerts-silent-since"),
                queue,
                clock,
                Ticker.system());
        queue.onReceived(recovery::onAlerts);
        queue.onReceived(deadMansSwitch::onAlerts);
        reconciliation.onSnapshot(recovery::onSnapshot);
        tasks = exporter.alertTokenFile().isPresent()
                ? List.of(
                        PeriodicTask.start("recovery", POLL_INTERVAL, recovery::reconcile),
                        PeriodicTask.start("alert-reconciliation", RECONCILIATION_INTERVAL, reconciliation::reconcile),
                        PeriodicTask.start("dead-mans-switch", POLL_INTERVAL, deadMansSwitch::evaluate))
                : List.of();
    }

    @Override
    public void accept(MetricSink out) {
        recovery.collect(out);
        reconciliation.collect(out);
        deadMansSwitch.collect(out);
    }

    @Override
    public void close() {
        tasks.forEach(PeriodicTask::close);
    }
}
