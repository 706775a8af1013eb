package io.bev.avatar.bench;

import io.bev.avatar.launcher.IsolatedStack;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A fault to inject, with the alerts that it must and may raise.
 *
 * @param name such as {@code redis-stopped}
 * @param how description of the injection for the user
 * @param supervised whether ended services are restarted during the fault
 * @param expected alerts that it must raise; the first one is reported with {@code --json}
 * @param consequences names of alerts that it may raise
 * @param injection injects it
 */
record Fault(
        String name,
        String how,
        boolean supervised,
        List<Expectation> expected,
        Set<String> consequences,
        Injection injection) {

    Fault {
        expected = List.copyOf(expected);
        consequences = Set.copyOf(consequences);
    }

    /** Whether it ends the renderer and an alert depends on the restart. */
    boolean endsTheRenderer() {
        return expected.stream().anyMatch(expectation -> expectation.condition().afterRestart());
    }

    /** All of {@code faults} together, to save time; alerts are not attributed to single faults. */
    static Fault together(List<Fault> faults) {
        List<Expectation> expected = new ArrayList<>();
        Set<String> consequences = new HashSet<>();
        for (Fault fault : faults) {
            expected.addAll(fault.expected());
            consequences.addAll(fault.consequences());
        }
        return new Fault(
                faults.stream().map(Fault::name).collect(Collectors.joining("+")),
                faults.stream().map(Fault::how).collect(Collectors.joining("; ")),
                faults.stream().allMatch(Fault::supervised),
                expected,
                consequences,
                stack -> {
                    Deque<Restore> restores = new ArrayDeque<>();
                    for (Fault fault : faults) {
                        restores.push(fault.injection().inject(stack));
                    }
                    return () -> {
                        for (Restore restore : restores) {
                            restore.restore();
                        }
                    };
                });
    }

    /** Where an expected alert is observed during the fault. */
    enum Delivery {
        /** Fires in Prometheus, and its event is in Redis. */
        AT_ONCE,
        /** Fires in Prometheus; the fault blocks the event, which arrives after the fault has ended. */
        WHEN_RESTORED,
        /** Fires in Prometheus; a more severe alert may inhibit the event. */
        INHIBITED,
        /** Raised by the exporter: its event is in Redis, it does not fire in Prometheus. */
        BY_EXPORTER
    }

    /**
     * An alert that must be raised.
     *
     * @param condition delay until the alert condition holds
     */
    record Expectation(AlertKey alert, Delivery delivery, Condition condition) {

        /** The condition holds with the first sample during the fault. */
        Expectation(AlertKey alert, Delivery delivery) {
            this(alert, delivery, Condition.AT_ONCE);
        }
    }

    /**
     * Delay until a fault crosses an alert's threshold, apart from waiting for a sample.
     *
     * @param atMost maximum delay, such as the window of the rule; zero if the first sample suffices
     * @param afterRestart whether it starts when the restarted renderer is reachable
     * @param why explanation for the user; may be empty
     */
    record Condition(Duration atMost, boolean afterRestart, String why) {
        static final Condition AT_ONCE = new Condition(Duration.ZERO, false, "");

        static Condition needs(Duration atMost, String why) {
            return new Condition(atMost, false, why);
        }

        static Condition restart(String why) {
            return new Condition(Duration.ZERO, true, why);
        }
    }

    /** Injects a fault. */
    @FunctionalInterface
    interface Injection {
        /**
         * Injects the fault.
         *
         * @return ends the fault
         * @throws NotPossibleException if this machine does not allow it
         */
        Restore inject(IsolatedStack stack) throws IOException, InterruptedException;
    }

    /** Ends a fault; the supervisor restarts ended services. */
    @FunctionalInterface
    interface Restore {
        void restore() throws IOException, InterruptedException;
    }

    /** This machine does not allow the fault; the message states the reason. */
    static final class NotPossibleException extends IOException {
        private static final long serialVersionUID = 1L;

        NotPossibleException(String message) {
            super(message);
        }

        NotPossibleException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
