package io.bev.avatar.exporter.alert;

import io.bev.avatar.exporter.collector.MetricSink;
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
 * Holds what Redis has as firing against what Alertmanager knows. What Alertmanager has silenced or inhibited, or has not known
 * for two minutes, is closed; what it tells people of and Redis lacks is put back. Seen once is no proof: each is done at the
 * second look. While Alertmanager or Redis is away nothing changes.
 *
 * <pre>
 * avatar_exporter_alertmanager_up 1.0
 * </pre>
 */
public final class AlertReconciler {

    private static final Logger LOG = LoggerFactory.getLogger(AlertReconciler.class);

    /** Longer than the minute after which Prometheus tells a restarted Alertmanager everything again. */
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(2);

    private final AlertmanagerClient alertmanager;
    private final Optional<RedisActiveAlerts> active;
    private final DurableAlertQueue intake;
    private final Clock clock;
    private final List<Consumer<AlertmanagerSnapshot>> listeners = new CopyOnWriteArrayList<>();
    /** Since when an entry is not as it should be, by fingerprint and what is wrong. */
    private Map<String, Instant> suspects = Map.of();

    private volatile Optional<Boolean> up = Optional.empty();

    /** @param active empty where there is no Redis: then only listeners learn what Alertmanager knows */
    AlertReconciler(
            AlertmanagerClient alertmanager,
            Optional<RedisActiveAlerts> active,
            DurableAlertQueue intake,
            Clock clock) {
        this.alertmanager = alertmanager;
        this.active = active;
        this.intake = intake;
        this.clock = clock;
    }

    /** Calls {@code listener} with what Alertmanager knows, each time it answers. */
    public void onKnown(Consumer<AlertmanagerSnapshot> listener) {
        listeners.add(listener);
    }

    /** Looks once. */
    public void run() throws InterruptedException {
        Map<String, AlertmanagerClient.Known> known;
        try {
            known = alertmanager.alerts();
            tell(true, "");
        } catch (IOException e) {
            tell(false, String.valueOf(e.getMessage()));
            return;
        }
        Set<String> muted = new HashSet<>(known.keySet());
        muted.removeIf(fingerprint ->
                Objects.requireNonNull(known.get(fingerprint)).muted().isEmpty());
        AlertmanagerSnapshot told = new AlertmanagerSnapshot(known.keySet(), muted);
        listeners.forEach(listener -> listener.accept(told));
        if (active.isEmpty() || intake.waiting()) {
            return;
        }
        try {
            settle(known, active.get().read());
        } catch (IOException e) {
            LOG.debug("alerts are not compared with Alertmanager's: {}", e.getMessage());
        }
    }

    private void settle(Map<String, AlertmanagerClient.Known> known, Map<String, AlertEvent> listed)
            throws IOException, InterruptedException {
        Instant now = clock.instant();
        Map<String, Instant> seen = new HashMap<>();
        List<AlertEvent> events = new ArrayList<>();
        for (AlertEvent event : listed.values()) {
            closing(event, Optional.ofNullable(known.get(event.fingerprint())))
                    .filter(reason -> confirmed(seen, event, reason, now))
                    .ifPresent(reason -> events.add(
                            event.became(AlertEvent.ALERT, AlertEvent.CLOSED, Map.of("reason", reason), now)));
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
        intake.publish(events);
        events.forEach(event -> LOG.info(
                "alert {} {}: {}, as Alertmanager has it {}",
                event.name(),
                event.fingerprint(),
                event.status(),
                event.details()));
    }

    /** Why an entry should go; empty when it should not, as those that Alertmanager never knew. */
    private static Optional<String> closing(AlertEvent event, Optional<AlertmanagerClient.Known> known) {
        if (event.fingerprint().startsWith(DeadMansSwitch.FINGERPRINT)) {
            return Optional.empty();
        }
        return known.isEmpty() ? Optional.of("expired") : known.get().muted();
    }

    private boolean confirmed(Map<String, Instant> seen, AlertEvent event, String what, Instant now) {
        String key = event.fingerprint() + "|" + event.startsAt() + "|" + what;
        Instant since = suspects.get(key);
        // Later than now, it was seen before the clock was put back.
        boolean first = since == null || since.isAfter(now);
        seen.put(key, first ? now : since);
        return !first
                && (!what.equals("expired") || Duration.between(since, now).compareTo(UNKNOWN_FOR) >= 0);
    }

    private void tell(boolean answers, String why) {
        if (up.isEmpty() || up.get() != answers) {
            if (answers) {
                LOG.info("Alertmanager answers at {}", alertmanager.address());
            } else {
                LOG.warn(
                        "Alertmanager at {} does not answer ({}): alerts that it mutes stay listed as firing; see"
                                + " exporter.alertmanager-url",
                        alertmanager.address(),
                        why);
            }
        }
        up = Optional.of(answers);
    }

    /** Tells the metrics. */
    public void collect(MetricSink out) {
        up.ifPresent(answers -> out.gauge(
                "avatar_exporter_alertmanager_up", "1 when Alertmanager told which alerts it knows.", answers ? 1 : 0));
    }
}
