package io.bev.avatar.renderer.timeline;

import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.timeline.TimelineEvent.Kind;
import io.bev.avatar.renderer.timeline.TimelineEvent.Level;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Records what changes between two observations: emotion and investigation after each change of the state, alerts, Redis and
 * backend once per second. Thread-safe.
 */
public final class TimelineRecorder {

    private final Timeline timeline;
    private AvatarState state;
    private Map<String, ActiveAlert> alerts = new LinkedHashMap<>();
    private Optional<Boolean> redis = Optional.empty();
    private String backend = "";

    /** @param initial the state at start, which is not recorded */
    public TimelineRecorder(Timeline timeline, AvatarState initial) {
        this.timeline = timeline;
        this.state = initial;
    }

    /** Records a change of emotion or investigation. */
    public synchronized void state(AvatarState fresh) {
        if (fresh.seq() <= state.seq()) {
            return;
        }
        AvatarState before = state;
        state = fresh;
        if (before.emotion() != fresh.emotion()) {
            timeline.record(
                    Kind.EMOTION,
                    Level.INFO,
                    sentence(fresh.emotion().label()),
                    fresh.activity().map(activity -> sentence(activity.label())).orElse(""));
        }
        if (!before.investigation().equals(fresh.investigation())) {
            investigation(before.investigation(), fresh.investigation());
        }
    }

    private void investigation(Optional<Investigation> before, Optional<Investigation> after) {
        if (after.isEmpty()) {
            timeline.record(
                    Kind.INVESTIGATION,
                    Level.INFO,
                    before.map(TimelineRecorder::name).orElse("Investigation") + " ended",
                    "");
            return;
        }
        Investigation now = after.get();
        boolean started = before.map(Investigation::id).filter(now.id()::equals).isEmpty();
        Optional<Investigation> same = started ? Optional.empty() : before;
        boolean discovered = now.lastDiscovery().isPresent()
                && !now.lastDiscovery().equals(same.flatMap(Investigation::lastDiscovery));
        boolean completed =
                now.progress() >= 1 && same.map(Investigation::progress).orElse(0.0) < 1;
        boolean found = now.findings() > same.map(Investigation::findings).orElse(0);
        if (!started && !discovered && !completed && !found) {
            return; // progress alone
        }
        String what = started ? " started" : completed ? " completed" : discovered ? ": discovery" : ": new finding";
        String numbers = String.format(
                Locale.ROOT,
                "%d %s, progress %.0f %%, threat %.0f %%",
                now.findings(),
                now.findings() == 1 ? "finding" : "findings",
                now.progress() * 100,
                now.threatLevel() * 100);
        timeline.record(
                Kind.INVESTIGATION,
                Level.INFO,
                name(now) + what,
                discovered ? now.lastDiscovery().orElse("") + " (" + numbers + ")" : numbers);
    }

    private static String name(Investigation investigation) {
        return investigation.id().isBlank() ? "Investigation" : investigation.id();
    }

    /**
     * Records alerts that began or ended.
     *
     * @param source observed only while its alerts are known, so that an unreachable Redis resolves none
     */
    public synchronized void alerts(ActiveAlert.Source source) {
        if (!source.isKnown()) {
            return;
        }
        Map<String, ActiveAlert> now = new LinkedHashMap<>();
        source.active().forEach(alert -> now.put(alert.id(), alert));
        source.warnings().forEach(alert -> now.put(alert.id(), alert));
        now.forEach((id, alert) -> {
            if (!alerts.containsKey(id) && !wasRecorded(alert)) {
                timeline.record(
                        Kind.ALERT, alert.critical() ? Level.CRITICAL : Level.WARNING, alert.name(), alert.summary());
            }
        });
        alerts.forEach((id, alert) -> {
            if (!now.containsKey(id)) {
                timeline.record(Kind.ALERT, Level.INFO, resolved(alert), alert.summary());
            }
        });
        alerts = now;
    }

    /** Whether an earlier process recorded the alert: its last event is not its end. */
    private boolean wasRecorded(ActiveAlert alert) {
        return alerts.isEmpty()
                && timeline.events().stream()
                        .filter(event -> event.kind() == Kind.ALERT
                                && (event.title().equals(alert.name())
                                        || event.title().equals(resolved(alert))))
                        .reduce((earlier, later) -> later)
                        .filter(last -> last.title().equals(alert.name())
                                && !last.at().isBefore(start(alert).orElse(Instant.MAX)))
                        .isPresent();
    }

    private static Optional<Instant> start(ActiveAlert alert) {
        try {
            return Optional.of(Instant.parse(alert.since()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String resolved(ActiveAlert alert) {
        return alert.name() + " resolved";
    }

    /** Records that Redis was lost or is back; the first connection is not recorded. */
    public synchronized void redis(StateStore.Statistics statistics) {
        boolean connected = statistics.redisConnected();
        if (redis.isPresent() && redis.get() != connected) {
            timeline.record(
                    Kind.REDIS,
                    connected ? Level.INFO : Level.WARNING,
                    connected ? "Redis connected again" : "Redis lost",
                    statistics.redisDetail());
        }
        if (redis.isPresent() || connected) {
            redis = Optional.of(connected);
        }
    }

    /** Records a change of the rendering backend; the first one is not recorded. */
    public synchronized void backend(String name, String reason) {
        if (!backend.isEmpty() && !backend.equals(name)) {
            timeline.record(Kind.BACKEND, Level.WARNING, "Backend changed from " + backend + " to " + name, reason);
        }
        backend = name;
    }

    private static String sentence(String label) {
        String words = label.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
