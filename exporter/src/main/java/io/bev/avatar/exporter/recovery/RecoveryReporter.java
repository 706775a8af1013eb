package io.bev.avatar.exporter.recovery;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.alert.AlertPublisher;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.RecoveryAction;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports recovery activity: metrics, events in Redis, log.
 *
 * <pre>
 * avatar_exporter_recovery_total{action="trim_gpu_memory",outcome="done"} 1.0
 * avatar_exporter_recovery_in_progress{action="trim_gpu_memory"} 0.0
 * avatar_exporter_recovery_ineffective{action="trim_gpu_memory"} 0.0
 * avatar_exporter_recovery_switched_off 0.0
 * avatar_exporter_recovery_frame_rate_steps 0.0
 * </pre>
 */
final class RecoveryReporter {

    private static final Logger LOG = LoggerFactory.getLogger("recovery");

    private record Entry(RecoveryAction action, Outcome outcome) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int first = action.compareTo(other.action);
            return first == 0 ? outcome.compareTo(other.outcome) : first;
        }
    }

    private final AlertPublisher publisher;
    private final Map<Entry, LongAdder> counts = new ConcurrentHashMap<>();
    private volatile Optional<RecoveryAction> running = Optional.empty();

    RecoveryReporter(AlertPublisher publisher) {
        this.publisher = publisher;
        for (RecoveryAction action : RecoveryAction.values()) {
            counts.put(new Entry(action, Outcome.DONE), new LongAdder());
        }
    }

    void started(RecoveryAttempt attempt, Instant now) throws InterruptedException {
        running = Optional.of(attempt.request().action());
        LOG.info(
                "Recovery {} started for alert {}, firing since {}",
                attempt.request().action().label(),
                attempt.request().alert(),
                attempt.request().startsAt());
        publish(attempt, "started", "", now);
    }

    void ended(RecoveryAttempt attempt, Outcome outcome, String detail, Instant now) throws InterruptedException {
        running = Optional.empty();
        counts.computeIfAbsent(new Entry(attempt.request().action(), outcome), entry -> new LongAdder())
                .increment();
        String text = "Recovery {} for alert {}: {}; {}";
        Object[] what = {attempt.request().action().label(), attempt.request().alert(), outcome.label(), detail};
        if (outcome == Outcome.FAILED || outcome == Outcome.INTERRUPTED || outcome == Outcome.CAPPED) {
            LOG.warn(text, what);
        } else {
            LOG.info(text, what);
        }
        publish(attempt, outcome.label(), detail, now);
    }

    void ineffective(RecoveryAttempt attempt, Instant now) throws InterruptedException {
        String detail = "the alert still fires " + attempt.request().cooldown().toSeconds() + " s after the action";
        LOG.warn(
                "Recovery {} was ineffective for alert {}: {}",
                attempt.request().action().label(),
                attempt.request().alert(),
                detail);
        publish(attempt, "ineffective", detail, now);
    }

    /** Reports a frame rate step after the first. */
    void stepped(Optional<RecoveryAttempt> attempt, String detail, Instant now) throws InterruptedException {
        LOG.info("{}", detail);
        if (attempt.isPresent()) {
            publish(attempt.get(), "stepped", detail, now);
        }
    }

    private void publish(RecoveryAttempt attempt, String status, String detail, Instant now)
            throws InterruptedException {
        try {
            publisher.publish(List.of(attempt.toEvent(status, detail, now)));
        } catch (IOException e) {
            LOG.warn("Cannot publish recovery event {}: {}", status, e.getMessage());
        }
    }

    void collect(RecoveryState state, MetricSink out) {
        new TreeMap<>(counts)
                .forEach((entry, count) -> out.counter(
                        "avatar_exporter_recovery_total",
                        "Recovery attempts by action and outcome.",
                        count.sum(),
                        "action",
                        entry.action().label(),
                        "outcome",
                        entry.outcome().label()));
        Optional<RecoveryAction> now = running;
        for (RecoveryAction action : RecoveryAction.values()) {
            out.gauge(
                    "avatar_exporter_recovery_in_progress",
                    "1 while the action is running.",
                    now.filter(action::equals).isPresent() ? 1 : 0,
                    "action",
                    action.label());
        }
        for (RecoveryAction action : RecoveryAction.values()) {
            out.gauge(
                    "avatar_exporter_recovery_ineffective",
                    "Alerts that still fire although the cooldown of their recovery action has passed.",
                    state.attempts().values().stream()
                            .filter(f ->
                                    f.ineffective() && f.fires() && f.request().action() == action)
                            .count(),
                    "action",
                    action.label());
        }
        out.gauge(
                "avatar_exporter_recovery_switched_off",
                "1 while " + RedisKeys.RECOVERY_DISABLED + " is set in Redis.",
                state.switchedOff() ? 1 : 0);
        out.gauge(
                "avatar_exporter_recovery_frame_rate_steps",
                "Number of steps by which the frame rate is currently lowered.",
                state.frameRate().map(ThrottleState::step).orElse(0));
    }
}
