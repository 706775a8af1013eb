package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.config.RecoveryAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Durable state of recovery; immutable.
 *
 * @param attempts by {@link RecoveryAttempt#key}
 * @param runs actions run within the last day
 * @param frameRate the lowered frame rate; empty if it is not lowered
 * @param switchedOff whether recovery was disabled in Redis when last read
 */
record RecoveryState(
        Map<String, RecoveryAttempt> attempts, List<Run> runs, Optional<ThrottleState> frameRate, boolean switchedOff) {

    /** One run of an action. */
    record Run(RecoveryAction action, Instant at) {}

    RecoveryState {
        attempts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(attempts));
        runs = List.copyOf(runs);
    }

    static RecoveryState empty() {
        return new RecoveryState(Map.of(), List.of(), Optional.empty(), false);
    }

    RecoveryState with(RecoveryAttempt attempt) {
        Map<String, RecoveryAttempt> all = new LinkedHashMap<>(attempts);
        all.put(attempt.key(), attempt);
        return new RecoveryState(all, runs, frameRate, switchedOff);
    }

    RecoveryState without(RecoveryAttempt attempt) {
        Map<String, RecoveryAttempt> all = new LinkedHashMap<>(attempts);
        all.remove(attempt.key());
        return new RecoveryState(all, runs, frameRate, switchedOff);
    }

    RecoveryState ran(RecoveryAction action, Instant now) {
        List<Run> all = new ArrayList<>(runs);
        all.add(new Run(action, now));
        return new RecoveryState(attempts, all, frameRate, switchedOff);
    }

    RecoveryState withRuns(List<Run> kept) {
        return new RecoveryState(attempts, kept, frameRate, switchedOff);
    }

    RecoveryState withFrameRate(Optional<ThrottleState> rate) {
        return new RecoveryState(attempts, runs, rate, switchedOff);
    }

    RecoveryState withSwitchedOff(boolean off) {
        return new RecoveryState(attempts, runs, frameRate, off);
    }

    /** The stored attempt, which may have changed since {@code firing} was read. */
    RecoveryAttempt current(RecoveryAttempt attempt) {
        return attempts.getOrDefault(attempt.key(), attempt);
    }

    /** Time of the last run of an action. */
    Optional<Instant> lastRun(RecoveryAction action) {
        return runs.stream().filter(run -> run.action() == action).map(Run::at).max(Instant::compareTo);
    }
}
