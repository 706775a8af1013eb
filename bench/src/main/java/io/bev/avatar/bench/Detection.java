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
 * @param times times of its alerts, both expected ones and consequences
 * @param missing expected alerts that did not fire or whose event did not arrive
 * @param unrelated alerts that the fault should not raise
 * @param ofTheMachine alerts about the machine that runs the benchmark
 * @param steps recovery steps, in order
 * @param restartSeconds from the fault until the restarted renderer was reachable; empty if the fault does not end it
 * @param lastingSeconds duration of the fault
 * @param wholeSeconds from the end of the fault until all services were available; empty if they were not
 * @param skipped reason why the fault was not injected; empty if it was
 * @param runs number of runs; this is the result of the last one
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
        Optional<String> skipped,
        int runs) {

    /**
     * Times in seconds at which an alert was first observed in each state.
     *
     * @param firing in Prometheus, since the fault was injected
     * @param event in Redis, since the fault was injected
     * @param resolved no longer in Prometheus, since the end of the fault; negative if it ended before
     * @param resolvedEvent in Redis, since the end of the fault
     */
    record Times(OptionalDouble firing, OptionalDouble event, OptionalDouble resolved, OptionalDouble resolvedEvent) {

        /** Text for the user: seconds since the start of the fault, then since its end. */
        String text() {
            return "fires after " + seconds(firing) + ", event after " + seconds(event)
                    + "; after the end of the fault resolved after " + seconds(resolved) + ", event after "
                    + seconds(resolvedEvent);
        }

        private static String seconds(OptionalDouble time) {
            return time.isPresent() ? String.format(Locale.ROOT, "%.1f s", time.getAsDouble()) : "—";
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
                Optional.of(reason),
                1);
    }

    /** A result that counts neither way, because this machine was overloaded. */
    Detection asVoid() {
        return skipped(fault, "void: this machine was overloaded in " + runs + " runs")
                .afterRuns(runs);
    }

    Detection afterRuns(int number) {
        return new Detection(
                fault,
                times,
                missing,
                unrelated,
                ofTheMachine,
                steps,
                restartSeconds,
                lastingSeconds,
                wholeSeconds,
                skipped,
                number);
    }

    /** Whether all expected alerts and no unrelated ones were raised, or the fault was not injected. */
    boolean isAsExpected() {
        return missing.isEmpty() && unrelated.isEmpty();
    }
}
