package io.bev.avatar.exporter.recovery;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.alert.AlertEvent;
import io.bev.avatar.exporter.alert.AlertmanagerSnapshot;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.RecoveryAction;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Controller of automatic recovery: executes the actions requested by alerts, once per firing. See {@link RecoveryAttempt.Phase}
 * for the phases of an attempt and {@link Outcome} for its results. {@link #onAlerts} and {@link #onSnapshot} only
 * record input; {@link #reconcile}, called periodically by one thread, does everything else, one action at a time. The
 * start of an action is on disk before it is executed.
 */
public final class RecoveryController {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryController.class);

    /** Minimum time between the end of one action and the next, so that the renderer can stabilise. */
    static final Duration SPACING = Duration.ofSeconds(10);

    /** An alert unknown to Alertmanager for this long counts as resolved. */
    static final Duration UNKNOWN_FOR = Duration.ofMinutes(2);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    /** Interval at which the key in Redis is read for the metric; it is also read before each action. */
    private static final Duration SWITCH_INTERVAL = Duration.ofSeconds(10);

    private final Set<String> ownNames;
    private final RecoveryToggle toggle;
    private final RendererClient renderer;
    private final RecoveryStateStore store;
    private final FrameRateThrottle frameRate;
    private final RecoveryReporter reporter;
    private final Clock clock;

    /** Fingerprints of silenced or inhibited alerts, which trigger no recovery. */
    private volatile Set<String> muted = Set.of();

    /**
     * Fingerprints of alerts loaded from the state file that Alertmanager has not confirmed since; they may be muted by
     * now.
     */
    private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();

    // unknownSince is confined to the thread of onSnapshot(), the other fields to that of reconcile().
    private final Map<String, Instant> unknownSince = new HashMap<>();
    private Instant nextActionAt = Instant.MIN;
    private Instant nextSwitchCheck = Instant.MIN;

    /** @param ownNames values of the label {@code instance} that mean this host */
    RecoveryController(
            Set<String> ownNames,
            RecoveryToggle toggle,
            RendererClient renderer,
            RecoveryStateStore store,
            RecoveryReporter reporter,
            Clock clock) {
        this.ownNames = Set.copyOf(ownNames);
        this.toggle = toggle;
        this.renderer = renderer;
        this.store = store;
        this.frameRate = new FrameRateThrottle(renderer, store, reporter, clock);
        this.reporter = reporter;
        this.clock = clock;
        for (RecoveryAttempt attempt : store.state().attempts().values()) {
            if (attempt.fires()) {
                unconfirmed.add(attempt.request().fingerprint());
            }
        }
    }

    /** Records alerts received from Alertmanager; on disk when it returns. */
    public void onAlerts(List<AlertEvent> events) {
        Instant now = clock.instant();
        // Alertmanager sends no notifications for muted alerts, so these are not muted.
        events.forEach(event -> unconfirmed.remove(event.fingerprint()));
        store.update(state -> {
            RecoveryState next = state;
            for (AlertEvent event : events) {
                next = withEvent(next, event, now);
            }
            return next;
        });
    }

    private RecoveryState withEvent(RecoveryState before, AlertEvent event, Instant now) {
        Optional<RecoveryAttempt> existing =
                Optional.ofNullable(before.attempts().get(RecoveryAttempt.key(event.fingerprint(), event.startsAt())));
        if (event.resolved()) {
            return existing.filter(RecoveryAttempt::fires)
                    .map(attempt -> before.with(attempt.resolved(now)))
                    .orElse(before);
        }
        Optional<RecoveryRequest> request = existing.isPresent() ? Optional.empty() : RecoveryRequest.of(event);
        if (request.isEmpty()) {
            return before;
        }
        if (!ownNames.contains(event.labels().getOrDefault("instance", ""))) {
            LOG.info("Recovery for alert {} ignored, it concerns another host: {}", event.name(), event.labels());
            return before;
        }
        // An earlier firing of the same alert is over, even if its resolution was not received.
        RecoveryState next = before;
        for (RecoveryAttempt other : before.attempts().values()) {
            if (other.fires() && other.request().fingerprint().equals(event.fingerprint())) {
                next = next.with(other.resolved(now));
            }
        }
        return next.with(RecoveryAttempt.waiting(request.get(), event, now));
    }

    /** Records the alerts known to Alertmanager; called for each snapshot. */
    public void onSnapshot(AlertmanagerSnapshot alerts) {
        Instant now = clock.instant();
        muted = alerts.muted();
        unconfirmed.clear();
        for (RecoveryAttempt attempt : store.state().attempts().values()) {
            if (!attempt.fires() || alerts.all().contains(attempt.request().fingerprint())) {
                unknownSince.remove(attempt.key());
                continue;
            }
            // A time after now was recorded before the clock was set back.
            Instant since = unknownSince.merge(attempt.key(), now, (seen, late) -> seen.isAfter(late) ? late : seen);
            if (!now.isBefore(since.plus(UNKNOWN_FOR))) {
                unknownSince.remove(attempt.key());
                store.update(state -> state.with(state.current(attempt).resolved(now)));
            }
        }
    }

    /** Executes what is due; blocks while an action runs. */
    public void reconcile() throws InterruptedException {
        Instant now = clock.instant();
        endInterrupted(now);
        store.update(state -> pruned(state, now));
        boolean waiting = store.state().attempts().values().stream().anyMatch(RecoveryAttempt::waiting);
        if (waiting || due(nextSwitchCheck, SWITCH_INTERVAL, now)) {
            nextSwitchCheck = now.plus(SWITCH_INTERVAL);
            toggle.switchedOff().ifPresent(off -> store.update(state -> state.withSwitchedOff(off)));
        }
        if (due(nextActionAt, SPACING, now)) {
            for (RecoveryAttempt attempt : store.state().attempts().values()) {
                if (attempt.waiting() && process(attempt, now)) {
                    break;
                }
            }
        }
        Set<String> suppressed = new HashSet<>(unconfirmed);
        suppressed.addAll(muted);
        frameRate.step(suppressed);
        markIneffective();
    }

    /**
     * Whether {@code time} is reached; a time further off than {@code furthest} was set before the clock was set back.
     */
    private static boolean due(Instant time, Duration furthest, Instant now) {
        return !now.isBefore(time) || time.isAfter(now.plus(furthest));
    }

    /** Ends attempts that were running when an earlier process stopped. */
    private void endInterrupted(Instant now) throws InterruptedException {
        for (RecoveryAttempt attempt : store.state().attempts().values()) {
            if (attempt.phase() == RecoveryAttempt.Phase.RUNNING) {
                end(attempt, Outcome.INTERRUPTED, "the exporter stopped during the action; it is not repeated", now);
            }
        }
    }

    /** Removes old entries, and moves times in the future, left by a clock that was set back, to now. */
    private static RecoveryState pruned(RecoveryState before, Instant now) {
        RecoveryState after = before.withRuns(before.runs().stream()
                .filter(run -> run.at().isAfter(now.minus(DAY)))
                .map(run -> run.at().isAfter(now) ? new RecoveryState.Run(run.action(), now) : run)
                .toList());
        after = after.withFrameRate(
                before.frameRate().map(rate -> rate.changedAt().isAfter(now) ? rate.at(now) : rate));
        for (RecoveryAttempt attempt : before.attempts().values()) {
            if (attempt.since().isAfter(now)) {
                after = after.with(attempt.steppedAt(now));
            }
            boolean expired = attempt.resolvedAt()
                    .filter(time -> time.isBefore(now.minus(HOUR)))
                    .isPresent();
            if (expired && !attempt.waiting()) {
                after = after.without(attempt);
            }
        }
        return after;
    }

    /**
     * Processes a waiting attempt.
     *
     * @return true if an action was executed
     */
    private boolean process(RecoveryAttempt attempt, Instant now) throws InterruptedException {
        RecoveryRequest request = attempt.request();
        RecoveryState state = store.state();
        Optional<String> disabled = toggle.disabledReason(request.action());
        Optional<Instant> last = state.lastRun(request.action());
        if (!attempt.fires()) {
            end(attempt, Outcome.OVER, "the alert was resolved before the action started", now);
        } else if (unconfirmed.contains(request.fingerprint())) {
            return false;
        } else if (disabled.isPresent()) {
            end(attempt, Outcome.DISABLED, disabled.get(), now);
        } else if (muted.contains(request.fingerprint())) {
            end(attempt, Outcome.DISABLED, "the alert is silenced or inhibited", now);
        } else if (state.switchedOff()) {
            end(attempt, Outcome.DISABLED, RedisKeys.RECOVERY_DISABLED + " is set in Redis", now);
        } else if (last.isEmpty() || !now.isBefore(last.get().plus(request.cooldown()))) {
            long recent = state.runs().stream()
                    .filter(run -> run.action() == request.action() && run.at().isAfter(now.minus(HOUR)))
                    .count();
            if (recent < request.maxPerHour()) {
                return run(attempt, now);
            }
            end(attempt, Outcome.CAPPED, "limit reached: " + recent + " runs within the last hour", now);
        }
        return false;
    }

    private boolean run(RecoveryAttempt attempt, Instant now) throws InterruptedException {
        RecoveryAction action = attempt.request().action();
        if (!store.updateDurably(
                state -> state.with(state.current(attempt).running(now)).ran(action, now))) {
            return false;
        }
        reporter.started(attempt, now);
        Outcome outcome;
        String detail;
        try {
            detail = perform(attempt.request());
            outcome = Outcome.DONE;
        } catch (RendererClient.NotApplicableException e) {
            outcome = Outcome.NOT_APPLICABLE;
            detail = String.valueOf(e.getMessage());
        } catch (IOException e) {
            outcome = Outcome.FAILED;
            detail = String.valueOf(e.getMessage());
        }
        Instant after = clock.instant();
        nextActionAt = after.plus(SPACING);
        end(attempt, outcome, detail, after);
        return true;
    }

    private String perform(RecoveryRequest request)
            throws IOException, InterruptedException, RendererClient.NotApplicableException {
        return switch (request.action()) {
            case TRIM_GPU_MEMORY -> renderer.trimMemory(request.gpuUuid());
            case REBUILD_CONTEXT -> renderer.rebuildContext(request.gpuUuid());
            case RESTART_RENDERER -> renderer.restart();
            case LOWER_FRAME_RATE -> frameRate.lower();
        };
    }

    private void end(RecoveryAttempt attempt, Outcome outcome, String detail, Instant now) throws InterruptedException {
        store.update(state -> state.with(state.current(attempt).ended(outcome, now)));
        reporter.ended(attempt, outcome, detail, now);
    }

    private void markIneffective() throws InterruptedException {
        Instant now = clock.instant();
        for (RecoveryAttempt attempt : store.state().attempts().values()) {
            if (attempt.isCooldownExpired(now) && !attempt.ineffective()) {
                store.update(state -> state.with(state.current(attempt).markedIneffective()));
                reporter.ineffective(attempt, now);
            }
        }
    }

    /** Writes the metrics. */
    public void collect(MetricSink out) {
        reporter.collect(store.state(), out);
    }
}
