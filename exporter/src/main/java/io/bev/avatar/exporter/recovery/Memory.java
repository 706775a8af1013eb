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
 * @param firings by {@link Firing#key}
 * @param runs of the last hour
 * @param frameRate what was lowered; empty when nothing is
 * @param switchedOff whether a person has switched recovery off in Redis, as last seen
 */
record Memory(Map<String, Firing> firings, List<Run> runs, Optional<FrameRate> frameRate, boolean switchedOff) {

    /** That an action was run. */
    record Run(RecoveryAction action, Instant at) {}

    Memory {
        firings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(firings));
        runs = List.copyOf(runs);
    }

    static Memory empty() {
        return new Memory(Map.of(), List.of(), Optional.empty(), false);
    }

    Memory with(Firing firing) {
        Map<String, Firing> all = new LinkedHashMap<>(firings);
        all.put(firing.key(), firing);
        return new Memory(all, runs, frameRate, switchedOff);
    }

    Memory without(Firing firing) {
        Map<String, Firing> all = new LinkedHashMap<>(firings);
        all.remove(firing.key());
        return new Memory(all, runs, frameRate, switchedOff);
    }

    Memory ran(RecoveryAction action, Instant now) {
        List<Run> all = new ArrayList<>(runs);
        all.add(new Run(action, now));
        return new Memory(firings, all, frameRate, switchedOff);
    }

    Memory withRuns(List<Run> kept) {
        return new Memory(firings, kept, frameRate, switchedOff);
    }

    Memory withFrameRate(Optional<FrameRate> rate) {
        return new Memory(firings, runs, rate, switchedOff);
    }

    Memory withSwitchedOff(boolean off) {
        return new Memory(firings, runs, frameRate, off);
    }

    /** The firing as it is remembered now: it may have ended meanwhile. */
    Firing current(Firing firing) {
        return firings.getOrDefault(firing.key(), firing);
    }

    /** When the action was last run. */
    Optional<Instant> lastRun(RecoveryAction action) {
        return runs.stream().filter(run -> run.action() == action).map(Run::at).max(Instant::compareTo);
    }
}
