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
 * @param how how it is brought about, for people
 * @param supervised whether processes that end are started again while it lasts
 * @param expected the alerts that it must raise; the first is the one whose time counts
 * @param consequences names of alerts that may come with it
 * @param injection brings it about
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

    /** Whether an alert waits for the renderer, which it ends, to be back. */
    boolean endsTheRenderer() {
        return expected.stream().anyMatch(expectation -> expectation.condition().afterRestart());
    }

    /** All of {@code faults} at once, to save time; the alerts are not attributed to single faults. */
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
                    Deque<Mending> restores = new ArrayDeque<>();
                    for (Fault fault : faults) {
                        restores.push(fault.injection().inject(stack));
                    }
                    return () -> {
                        for (Mending restore : restores) {
                            restore.restore();
                        }
                    };
                });
    }

    /** Where an expected alert can be seen while the fault lasts. */
    enum Delivery {
        /** Fires in Prometheus, and its event is in Redis. */
        AT_ONCE,
        /** Fires in Prometheus; the fault is in the way of the event, which arrives once the fault is removed. */
        WHEN_RESTORED,
        /** Fires in Prometheus; a worse alert may inhibit the event. */
        INHIBITED,
        /** The exporter itself raises it: its event is in Redis, and Prometheus knows nothing of it. */
        BY_EXPORTER
    }

    /**
     * An alert that must come.
     *
     * @param condition delay of the condition itself, once the fault is injected
     */
    record Expectation(AlertKey alert, Delivery delivery, Condition condition) {

        /** One whose condition holds with the first reading of the fault. */
        Expectation(AlertKey alert, Delivery delivery) {
            this(alert, delivery, Condition.AT_ONCE);
        }
    }

    /**
     * Delay until a fault crosses an alert's threshold, apart from waiting for a sample.
     *
     * @param atMost such as the window that the rule looks at; zero where it is over with the first reading
     * @param afterRestart whether it begins when the renderer, which the fault ended, can be read again
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

    /** Brings a fault about. */
    @FunctionalInterface
    interface Injection {
        /**
         * Breaks it.
         *
         * @return removes the fault
         * @throws NotPossibleException where this machine does not allow it
         */
        Mending inject(IsolatedStack stack) throws IOException, InterruptedException;
    }

    /** Removes a fault; services that ended are restarted by the supervisor. */
    @FunctionalInterface
    interface Mending {
        void restore() throws IOException, InterruptedException;
    }

    /** This machine does not allow the fault; the message names the reason. */
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
