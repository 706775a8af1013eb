package io.bev.avatar.exporter.recovery;

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
 * Tells what recovery does: metrics, events in Redis, the log.
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

    void began(RecoveryAttempt firing, Instant now) throws InterruptedException {
        running = Optional.of(firing.order().action());
        LOG.info(
                "{} begins, for alert {} that fires since {}",
                firing.order().action().label(),
                firing.order().alert(),
                firing.order().startsAt());
        publish(firing, "started", "", now);
    }

    void ended(RecoveryAttempt firing, Outcome outcome, String detail, Instant now) throws InterruptedException {
        running = Optional.empty();
        counts.computeIfAbsent(new Entry(firing.order().action(), outcome), entry -> new LongAdder())
                .increment();
        String text = "{} for alert {}: {}; {}";
        Object[] what = {firing.order().action().label(), firing.order().alert(), outcome.label(), detail};
        if (outcome == Outcome.FAILED || outcome == Outcome.INTERRUPTED || outcome == Outcome.CAPPED) {
            LOG.warn(text, what);
        } else {
            LOG.info(text, what);
        }
        publish(firing, outcome.label(), detail, now);
    }

    void withoutEffect(RecoveryAttempt firing, Instant now) throws InterruptedException {
        String detail = "the alert still fires " + firing.order().cooldown().toSeconds() + " s after";
        LOG.warn(
                "{} did not help: {} {}",
                firing.order().action().label(),
                firing.order().alert(),
                detail);
        publish(firing, "ineffective", detail, now);
    }

    /** A step of the frame rate after the first. */
    void stepped(Optional<RecoveryAttempt> firing, String detail, Instant now) throws InterruptedException {
        LOG.info("{}", detail);
        if (firing.isPresent()) {
            publish(firing.get(), "stepped", detail, now);
        }
    }

    private void publish(RecoveryAttempt firing, String status, String detail, Instant now)
            throws InterruptedException {
        try {
            publisher.publish(List.of(firing.told(status, detail, now)));
        } catch (IOException e) {
            LOG.warn("{} cannot be told to Redis: {}", status, e.getMessage());
        }
    }

    void collect(RecoveryState memory, MetricSink out) {
        new TreeMap<>(counts)
                .forEach((entry, count) -> out.counter(
                        "avatar_exporter_recovery_total",
                        "Firings of alerts that named an action, by what became of it.",
                        count.sum(),
                        "action",
                        entry.action().label(),
                        "outcome",
                        entry.outcome().label()));
        Optional<RecoveryAction> now = running;
        for (RecoveryAction action : RecoveryAction.values()) {
            out.gauge(
                    "avatar_exporter_recovery_in_progress",
                    "1 while the action is being done.",
                    now.filter(action::equals).isPresent() ? 1 : 0,
                    "action",
                    action.label());
        }
        for (RecoveryAction action : RecoveryAction.values()) {
            out.gauge(
                    "avatar_exporter_recovery_ineffective",
                    "Alerts that fire on although the action should have helped by now.",
                    memory.firings().values().stream()
                            .filter(f ->
                                    f.ineffective() && f.fires() && f.order().action() == action)
                            .count(),
                    "action",
                    action.label());
        }
        out.gauge(
                "avatar_exporter_recovery_switched_off",
                "1 while avatar:recovery:disabled is set in Redis.",
                memory.switchedOff() ? 1 : 0);
        out.gauge(
                "avatar_exporter_recovery_frame_rate_steps",
                "Steps by which the frame rate is lowered now.",
                memory.frameRate().map(ThrottleState::step).orElse(0));
    }
}
