package io.bev.avatar.exporter.recovery;

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
 * Has the renderer do what alerts ask for, once per firing: see {@link RecoveryAttempt.Phase} for a firing's way and {@link Outcome} for
 * its ends. {@link #offer} and {@link #known} take news in; {@link #work}, called again and again by one thread, does everything
 * else, one action at a time. What is begun is on disk before it begins.
 */
public final class RecoveryController {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryController.class);

    /** From the end of one action to the next, so that the renderer can come to rest. */
    static final Duration SPACING = Duration.ofSeconds(10);

    /** An alert that Alertmanager does not know for so long is over, though nobody said so. */
    static final Duration UNKNOWN_FOR = Duration.ofMinutes(2);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    /** The switch in Redis is looked at before each action, and this often besides, for the metric. */
    private static final Duration SWITCH_INTERVAL = Duration.ofSeconds(10);

    private final Set<String> ownNames;
    private final RecoveryToggle switches;
    private final RendererClient renderer;
    private final RecoveryStateStore notebook;
    private final FrameRateThrottle frameRate;
    private final RecoveryReporter diary;
    private final Clock clock;

    /** Alerts that people are not to be bothered with, nor the renderer. */
    private volatile Set<String> muted = Set.of();

    /** Alerts that an earlier process left firing and of which Alertmanager has not told since: they may be muted by now. */
    private final Set<String> unconfirmed = ConcurrentHashMap.newKeySet();

    // The rest belongs to the working thread, but for the first, which belongs to that of known().
    private final Map<String, Instant> unknownSince = new HashMap<>();
    private Instant quietUntil = Instant.MIN;
    private Instant nextLook = Instant.MIN;

    /** @param ownNames values of the label {@code instance} that mean this host */
    RecoveryController(
            Set<String> ownNames,
            RecoveryToggle switches,
            RendererClient renderer,
            RecoveryStateStore notebook,
            RecoveryReporter diary,
            Clock clock) {
        this.ownNames = Set.copyOf(ownNames);
        this.switches = switches;
        this.renderer = renderer;
        this.notebook = notebook;
        this.frameRate = new FrameRateThrottle(renderer, notebook, diary, clock);
        this.diary = diary;
        this.clock = clock;
        for (RecoveryAttempt firing : notebook.memory().firings().values()) {
            if (firing.fires()) {
                unconfirmed.add(firing.order().fingerprint());
            }
        }
    }

    /** Takes note of what Alertmanager sent; on disk when it returns. */
    public void offer(List<AlertEvent> events) {
        Instant now = clock.instant();
        // Nobody is told of a muted alert.
        events.forEach(event -> unconfirmed.remove(event.fingerprint()));
        notebook.note(memory -> {
            RecoveryState next = memory;
            for (AlertEvent event : events) {
                next = noted(next, event, now);
            }
            return next;
        });
    }

    private RecoveryState noted(RecoveryState before, AlertEvent event, Instant now) {
        Optional<RecoveryAttempt> known =
                Optional.ofNullable(before.firings().get(RecoveryAttempt.key(event.fingerprint(), event.startsAt())));
        if (event.resolved()) {
            return known.filter(RecoveryAttempt::fires)
                    .map(firing -> before.with(firing.over(now)))
                    .orElse(before);
        }
        Optional<RecoveryRequest> order = known.isPresent() ? Optional.empty() : RecoveryRequest.of(event);
        if (order.isEmpty()) {
            return before;
        }
        if (!ownNames.contains(event.labels().getOrDefault("instance", ""))) {
            LOG.info("{} asks for recovery on a host other than this one: {}", event.name(), event.labels());
            return before;
        }
        // The firing before is over, should that news have been lost.
        RecoveryState next = before;
        for (RecoveryAttempt other : before.firings().values()) {
            if (other.fires() && other.order().fingerprint().equals(event.fingerprint())) {
                next = next.with(other.over(now));
            }
        }
        return next.with(RecoveryAttempt.fresh(order.get(), event, now));
    }

    /** Takes note of which alerts Alertmanager knows; called each time it answers. */
    public void known(AlertmanagerSnapshot alerts) {
        Instant now = clock.instant();
        muted = alerts.muted();
        unconfirmed.clear();
        for (RecoveryAttempt firing : notebook.memory().firings().values()) {
            if (!firing.fires() || alerts.all().contains(firing.order().fingerprint())) {
                unknownSince.remove(firing.key());
                continue;
            }
            // Later than now, it was seen before the clock was put back.
            Instant since = unknownSince.merge(firing.key(), now, (seen, late) -> seen.isAfter(late) ? late : seen);
            if (!now.isBefore(since.plus(UNKNOWN_FOR))) {
                unknownSince.remove(firing.key());
                notebook.note(memory -> memory.with(memory.current(firing).over(now)));
            }
        }
    }

    /** Does what is due, which may take as long as the renderer takes to answer. */
    public void work() throws InterruptedException {
        Instant now = clock.instant();
        settleInterrupted(now);
        notebook.note(memory -> tidied(memory, now));
        boolean waiting = notebook.memory().firings().values().stream().anyMatch(RecoveryAttempt::waiting);
        if (waiting || due(nextLook, SWITCH_INTERVAL, now)) {
            nextLook = now.plus(SWITCH_INTERVAL);
            switches.switchedOff().ifPresent(off -> notebook.note(memory -> memory.withSwitchedOff(off)));
        }
        if (due(quietUntil, SPACING, now)) {
            for (RecoveryAttempt firing : notebook.memory().firings().values()) {
                if (firing.waiting() && take(firing, now)) {
                    break;
                }
            }
        }
        Set<String> held = new HashSet<>(unconfirmed);
        held.addAll(muted);
        frameRate.step(held);
        findIneffective();
    }

    /** Whether the time has come; one further off than it can be was set before the clock was put back. */
    private static boolean due(Instant time, Duration furthest, Instant now) {
        return !now.isBefore(time) || time.isAfter(now.plus(furthest));
    }

    /** What was under way when an earlier process ended. */
    private void settleInterrupted(Instant now) throws InterruptedException {
        for (RecoveryAttempt firing : notebook.memory().firings().values()) {
            if (firing.phase() == RecoveryAttempt.Phase.RUNNING) {
                end(firing, Outcome.INTERRUPTED, "the exporter ended meanwhile; it is not done again", now);
            }
        }
    }

    /** Forgets what is old, and leaves nothing in the future, where it would be once the clock is put back. */
    private static RecoveryState tidied(RecoveryState before, Instant now) {
        RecoveryState after = before.withRuns(before.runs().stream()
                .filter(run -> run.at().isAfter(now.minus(DAY)))
                .map(run -> run.at().isAfter(now) ? new RecoveryState.Run(run.action(), now) : run)
                .toList());
        after = after.withFrameRate(
                before.frameRate().map(rate -> rate.changedAt().isAfter(now) ? rate.at(now) : rate));
        for (RecoveryAttempt firing : before.firings().values()) {
            if (firing.since().isAfter(now)) {
                after = after.with(firing.steppedAt(now));
            }
            boolean old =
                    firing.over().filter(over -> over.isBefore(now.minus(HOUR))).isPresent();
            if (old && !firing.waiting()) {
                after = after.without(firing);
            }
        }
        return after;
    }

    /** Brings a waiting firing on; true when an action was done. */
    private boolean take(RecoveryAttempt firing, Instant now) throws InterruptedException {
        RecoveryRequest order = firing.order();
        RecoveryState memory = notebook.memory();
        Optional<String> forbidden = switches.forbids(order.action());
        Optional<Instant> last = memory.lastRun(order.action());
        if (!firing.fires()) {
            end(firing, Outcome.OVER, "the alert was over before its turn", now);
        } else if (unconfirmed.contains(order.fingerprint())) {
            return false;
        } else if (forbidden.isPresent()) {
            end(firing, Outcome.DISABLED, forbidden.get(), now);
        } else if (muted.contains(order.fingerprint())) {
            end(firing, Outcome.DISABLED, "the alert is silenced or inhibited", now);
        } else if (memory.switchedOff()) {
            end(firing, Outcome.DISABLED, RecoveryToggle.KEY + " is set in Redis", now);
        } else if (last.isEmpty() || !now.isBefore(last.get().plus(order.cooldown()))) {
            long lately = memory.runs().stream()
                    .filter(run -> run.action() == order.action() && run.at().isAfter(now.minus(HOUR)))
                    .count();
            if (lately < order.maxPerHour()) {
                return run(firing, now);
            }
            end(firing, Outcome.CAPPED, "done " + lately + " times within an hour already", now);
        }
        return false;
    }

    private boolean run(RecoveryAttempt firing, Instant now) throws InterruptedException {
        RecoveryAction action = firing.order().action();
        if (!notebook.commit(
                memory -> memory.with(memory.current(firing).running(now)).ran(action, now))) {
            return false;
        }
        diary.began(firing, now);
        Outcome outcome;
        String detail;
        try {
            detail = perform(firing.order());
            outcome = Outcome.DONE;
        } catch (RendererClient.NotApplicableException e) {
            outcome = Outcome.NOT_APPLICABLE;
            detail = String.valueOf(e.getMessage());
        } catch (IOException e) {
            outcome = Outcome.FAILED;
            detail = String.valueOf(e.getMessage());
        }
        Instant after = clock.instant();
        quietUntil = after.plus(SPACING);
        end(firing, outcome, detail, after);
        return true;
    }

    private String perform(RecoveryRequest order)
            throws IOException, InterruptedException, RendererClient.NotApplicableException {
        return switch (order.action()) {
            case TRIM_GPU_MEMORY -> renderer.trimMemory(order.gpuUuid());
            case REBUILD_CONTEXT -> renderer.rebuildContext(order.gpuUuid());
            case RESTART_RENDERER -> renderer.restart();
            case LOWER_FRAME_RATE -> frameRate.lower();
        };
    }

    private void end(RecoveryAttempt firing, Outcome outcome, String detail, Instant now) throws InterruptedException {
        notebook.note(memory -> memory.with(memory.current(firing).ended(outcome, now)));
        diary.ended(firing, outcome, detail, now);
    }

    private void findIneffective() throws InterruptedException {
        Instant now = clock.instant();
        for (RecoveryAttempt firing : notebook.memory().firings().values()) {
            if (firing.shouldBeOver(now) && !firing.ineffective()) {
                notebook.note(memory -> memory.with(memory.current(firing).withoutEffect()));
                diary.withoutEffect(firing, now);
            }
        }
    }

    /** Tells the metrics. */
    public void collect(MetricSink out) {
        diary.collect(notebook.memory(), out);
    }
}
