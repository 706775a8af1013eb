package io.bev.avatar.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Alerts raised by one fault.
 *
 * @param fault the fault
 * @param times when each of its alerts was seen, expected ones and consequences
 * @param missing expected alerts, or their events, that never came
 * @param unrelated alerts that no one expects of this fault
 * @param ofTheMachine alerts about the machine that runs this, which the fault did not cause
 * @param steps recovery steps, in order
 * @param restartSeconds from the fault until the renderer that it ended could be read again; empty where it was not ended
 * @param lastingSeconds how long the fault lasted
 * @param wholeSeconds from restore until every process served again; empty when that never happened
 * @param skipped why the fault could not be injected; empty when it was
 */
record Detection(
        Fault fault,
        Map<AlertKey, Times> times,
        List<AlertKey> missing,
        List<AlertKey> unrelated,
        List<AlertKey> ofTheMachine,
        List<String> steps,
        OptionalDouble restartSeconds,
        double lastingSeconds,
        OptionalDouble wholeSeconds,
        Optional<String> skipped) {

    /**
     * When an alert was first seen so, in seconds.
     *
     * @param firing in Prometheus, since the fault was injected
     * @param event in Redis, since the fault was injected
     * @param resolved no longer in Prometheus, since the fault was removed; negative when it ended before
     * @param resolvedEvent in Redis, since the fault was removed
     */
    record Times(OptionalDouble firing, OptionalDouble event, OptionalDouble resolved, OptionalDouble resolvedEvent) {

        /** For people: seconds since the fault, then since its end. */
        String text() {
            return "fires after " + seconds(firing) + ", event after " + seconds(event) + "; over " + seconds(resolved)
                    + " after the end, event " + seconds(resolvedEvent) + " after it";
        }

        private static String seconds(OptionalDouble time) {
            return time.isPresent() ? String.format(Locale.ROOT, "%.1f s", time.getAsDouble()) : "— s";
        }
    }

    Detection {
        times = Map.copyOf(times);
        missing = List.copyOf(missing);
        unrelated = List.copyOf(unrelated);
        ofTheMachine = List.copyOf(ofTheMachine);
        steps = List.copyOf(steps);
    }

    static Detection skipped(Fault fault, String reason) {
        return new Detection(
                fault,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                OptionalDouble.empty(),
                0,
                OptionalDouble.empty(),
                Optional.of(reason));
    }

    /** Whether everything expected came and nothing unrelated, or it could not be tried. */
    boolean isAsExpected() {
        return missing.isEmpty() && unrelated.isEmpty();
    }
}
