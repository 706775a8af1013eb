package io.bev.avatar.exporter.alert;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.redis.RedisConnection;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the active alerts in Redis with Alertmanager. Alerts that Alertmanager has silenced or inhibited, or has
 * not known for 2 min, are closed; notified alerts missing from Redis are added. Each difference must be seen twice
 * before it is acted on. Nothing changes while Alertmanager or Redis is unreachable.
 *
 * <pre>
 * avatar_exporter_alertmanager_up 1.0
 * </pre>
 */
public final class AlertReconciler {

    private static final Logger LOG = LoggerFactory.getLogger(AlertReconciler.class);

    /** Longer than the 1 min after which Prometheus resends all alerts to a restarted Alertmanager. */
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(2);

    private final AlertmanagerClient alertmanager;
    private final Optional<RedisActiveAlerts> active;
    private final DurableAlertQueue queue;
    private final Clock clock;
    private final List<Consumer<AlertmanagerSnapshot>> listeners = new CopyOnWriteArrayList<>();
    /** Time at which a difference was first seen, by fingerprint, start time and kind of difference. */
    private Map<String, Instant> suspects = Map.of();

    private volatile Optional<Boolean> up = Optional.empty();

    /** @param link empty if Redis is disabled; then only the listeners receive the snapshot */
    public AlertReconciler(
            AlertmanagerClient alertmanager, Optional<RedisConnection> link, DurableAlertQueue queue, Clock clock) {
        this.alertmanager = alertmanager;
        this.active = link.map(RedisActiveAlerts::new);
        this.queue = queue;
        this.clock = clock;
    }

    /** Adds a listener for snapshots, called each time Alertmanager responds. */
    public void onSnapshot(Consumer<AlertmanagerSnapshot> listener) {
        listeners.add(listener);
    }

    /** Runs one reconciliation. */
    public void reconcile() throws InterruptedException {
        Map<String, AlertmanagerClient.Known> known;
        try {
            known = alertmanager.alerts();
            recordUp(true, "");
        } catch (IOException e) {
            recordUp(false, String.valueOf(e.getMessage()));
            return;
        }
        Set<String> muted = new HashSet<>(known.keySet());
        muted.removeIf(fingerprint ->
                Objects.requireNonNull(known.get(fingerprint)).muted().isEmpty());
        AlertmanagerSnapshot snapshot = new AlertmanagerSnapshot(known.keySet(), muted);
        listeners.forEach(listener -> listener.accept(snapshot));
        if (active.isEmpty() || queue.hasBacklog()) {
            return;
        }
        try {
            sync(known, active.get().read());
        } catch (IOException e) {
            LOG.debug("Reconciliation skipped, Redis is unreachable: {}", e.getMessage());
        }
    }

    private void sync(Map<String, AlertmanagerClient.Known> known, Map<String, AlertEvent> listed)
            throws IOException, InterruptedException {
        Instant now = clock.instant();
        Map<String, Instant> seen = new HashMap<>();
        List<AlertEvent> events = new ArrayList<>();
        for (AlertEvent event : listed.values()) {
            closeReason(event, Optional.ofNullable(known.get(event.fingerprint())))
                    .filter(reason -> confirmed(seen, event, reason, now))
                    .ifPresent(reason -> events.add(
                            event.withStatus(AlertEvent.ALERT, AlertEvent.CLOSED, Map.of("reason", reason), now)));
        }
        Set<String> missing = new HashSet<>(known.keySet());
        missing.removeAll(listed.keySet());
        for (String fingerprint : missing) {
            Optional.ofNullable(known.get(fingerprint))
                    .filter(alert -> alert.muted().isEmpty())
                    .filter(alert -> confirmed(seen, alert.event(), "missing", now))
                    .ifPresent(alert -> events.add(alert.event()));
        }
        suspects = Map.copyOf(seen);
        queue.publish(events);
        events.forEach(event -> LOG.info(
                "Alert {} {} set to {} to match Alertmanager {}",
                event.name(),
                event.fingerprint(),
                event.status(),
                event.details()));
    }

    /** Reason to close an entry; empty if it stays, as the exporter's own alerts do, which Alertmanager never knows. */
    private static Optional<String> closeReason(AlertEvent event, Optional<AlertmanagerClient.Known> known) {
        if (event.fingerprint().startsWith(DeadMansSwitch.FINGERPRINT)) {
            return Optional.empty();
        }
        return known.isEmpty() ? Optional.of("expired") : known.get().muted();
    }

    private boolean confirmed(Map<String, Instant> seen, AlertEvent event, String what, Instant now) {
        String key = event.fingerprint() + "|" + event.startsAt() + "|" + what;
        Instant since = suspects.get(key);
        // A time after now was recorded before the clock was set back.
        boolean first = since == null || since.isAfter(now);
        seen.put(key, first ? now : since);
        return !first
                && (!what.equals("expired") || Duration.between(since, now).compareTo(UNKNOWN_FOR) >= 0);
    }

    private void recordUp(boolean answers, String why) {
        if (up.isEmpty() || up.get() != answers) {
            if (answers) {
                LOG.info("Alertmanager at {} responds", alertmanager.address());
            } else {
                LOG.warn(
                        "Alertmanager at {} does not respond ({}): silenced and inhibited alerts stay active; check"
                                + " exporter.alertmanager-url",
                        alertmanager.address(),
                        why);
            }
        }
        up = Optional.of(answers);
    }

    /** Writes the metrics. */
    public void collect(MetricSink out) {
        up.ifPresent(answers -> out.gauge(
                "avatar_exporter_alertmanager_up",
                "1 if the last request to the Alertmanager API succeeded, otherwise 0.",
                answers ? 1 : 0));
    }
}
