package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.config.RecoveryAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that recovery must not forget; immutable.
 *
 * @param firings by {@link RecoveryAttempt#key}
 * @param runs of the last hour
 * @param frameRate what was lowered; empty when nothing is
 * @param switchedOff whether a person has switched recovery off in Redis, as last seen
 */
record RecoveryState(
        Map<String, RecoveryAttempt> firings, List<Run> runs, Optional<ThrottleState> frameRate, boolean switchedOff) {

    /** That an action was run. */
    record Run(RecoveryAction action, Instant at) {}

    RecoveryState {
        firings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(firings));
        runs = List.copyOf(runs);
    }

    static RecoveryState empty() {
        return new RecoveryState(Map.of(), List.of(), Optional.empty(), false);
    }

    RecoveryState with(RecoveryAttempt firing) {
        Map<String, RecoveryAttempt> all = new LinkedHashMap<>(firings);
        all.put(firing.key(), firing);
        return new RecoveryState(all, runs, frameRate, switchedOff);
    }

    RecoveryState without(RecoveryAttempt firing) {
        Map<String, RecoveryAttempt> all = new LinkedHashMap<>(firings);
        all.remove(firing.key());
        return new RecoveryState(all, runs, frameRate, switchedOff);
    }

    RecoveryState ran(RecoveryAction action, Instant now) {
        List<Run> all = new ArrayList<>(runs);
        all.add(new Run(action, now));
        return new RecoveryState(firings, all, frameRate, switchedOff);
    }

    RecoveryState withRuns(List<Run> kept) {
        return new RecoveryState(firings, kept, frameRate, switchedOff);
    }

    RecoveryState withFrameRate(Optional<ThrottleState> rate) {
        return new RecoveryState(firings, runs, rate, switchedOff);
    }

    RecoveryState withSwitchedOff(boolean off) {
        return new RecoveryState(firings, runs, frameRate, off);
    }

    /** The firing as it is remembered now: it may have ended meanwhile. */
    RecoveryAttempt current(RecoveryAttempt firing) {
        return firings.getOrDefault(firing.key(), firing);
    }

    /** When the action was last run. */
    Optional<Instant> lastRun(RecoveryAction action) {
        return runs.stream().filter(run -> run.action() == action).map(Run::at).max(Instant::compareTo);
    }
}
