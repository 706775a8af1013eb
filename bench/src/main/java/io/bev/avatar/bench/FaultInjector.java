package io.bev.avatar.bench;

import io.bev.avatar.bench.Detection.Times;
import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.bench.Fault.Mending;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.launcher.IsolatedStack;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Injects faults into a running stack, one after the other, and observes the alerts until they end. */
final class FaultInjector {

    private static final long POLL_INTERVAL_MILLIS = 100;

    private final IsolatedStack stack;
    private final AlertView view;
    private final Ticker ticker;
    private final Duration hold;
    private final Duration timeout;

    /**
     * @param hold how long each fault lasts at least, so that unrelated alerts have their time to come
     * @param timeout longest wait for an alert to come, and for one to go
     */
    FaultInjector(IsolatedStack stack, AlertView view, Ticker ticker, Duration hold, Duration timeout) {
        this.stack = stack;
        this.view = view;
        this.ticker = ticker;
        this.hold = hold;
        this.timeout = timeout;
    }

    /**
     * Waits for the heartbeat in Redis: right after its start Prometheus knows neither its targets nor Alertmanager, and the
     * first fault would be charged with that.
     *
     * @throws IOException when it does not come
     */
    void awaitHeartbeat() throws IOException, InterruptedException {
        long deadline = ticker.nanos() + timeout.toNanos();
        while (view.events().stream()
                .noneMatch(event -> event.alert().key().name().equals(FaultCatalogue.ALWAYS))) {
            if (ticker.nanos() - deadline > 0) {
                throw new IOException(FaultCatalogue.ALWAYS + " has not reached Redis within " + timeout.toSeconds()
                        + " s of the stack's start: see the logs in its directory");
            }
            stack.tick();
            view.poll();
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
    }

    /**
     * Waits until no alerts are left other than those about the machine and those that outlast their cause.
     *
     * @return alerts that stay
     */
    private Set<AlertKey> awaitCalm(Fault fault) throws IOException, InterruptedException {
        long deadline = ticker.nanos() + timeout.toNanos();
        Set<AlertKey> loud = new TreeSet<>();
        do {
            stack.tick();
            view.poll();
            loud.clear();
            view.firing().stream().map(ObservedAlert::key).forEach(loud::add);
            view.pending().stream().map(ObservedAlert::key).forEach(loud::add);
            loud.removeIf(alert -> !disturbs(alert, fault));
            if (loud.isEmpty() && stack.isWhole()) {
                break;
            }
            Thread.sleep(POLL_INTERVAL_MILLIS);
        } while (ticker.nanos() - deadline < 0);
        return loud;
    }

    private boolean disturbs(AlertKey alert, Fault fault) {
        if (fault.expected().stream()
                .anyMatch(expectation -> expectation.alert().equals(alert))) {
            return true;
        }
        return !alert.name().equals(FaultCatalogue.ALWAYS)
                && !FaultCatalogue.OF_THE_MACHINE.contains(alert.name())
                && !FaultCatalogue.LASTING.contains(alert.name());
    }

    /** Waits until the stack is calm, injects the fault, observes, removes the fault and observes until its alerts have ended. */
    Detection run(Fault fault) throws IOException, InterruptedException {
        Set<AlertKey> loud = awaitCalm(fault);
        if (!loud.isEmpty()) {
            return Detection.skipped(fault, "these alerts were there before and stayed: " + loud);
        }
        Observation seen = new Observation(view);
        long injected = ticker.nanos();
        Mending restore;
        try {
            restore = fault.injection().inject(stack);
        } catch (Fault.NotPossibleException e) {
            return Detection.skipped(fault, String.valueOf(e.getMessage()));
        }
        long deadline = injected + timeout.toNanos();
        boolean broken = false;
        OptionalDouble restart = OptionalDouble.empty();
        while (ticker.nanos() - injected < hold.toNanos()
                || (!missing(fault, seen, false).isEmpty() && ticker.nanos() - deadline < 0)) {
            if (fault.supervised()) {
                stack.tick();
            }
            seen.poll(seconds(injected), OptionalDouble.empty());
            if (restart.isEmpty() && fault.endsTheRenderer()) {
                boolean listens = stack.rendererListens();
                broken |= !listens;
                restart = broken && listens ? OptionalDouble.of(seconds(injected)) : restart;
            }
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
        double lasting = seconds(injected);
        long restored = ticker.nanos();
        restore.restore();
        OptionalDouble whole = awaitEnd(fault, seen, injected, restored);
        return result(fault, seen, restart, lasting, whole);
    }

    private OptionalDouble awaitEnd(Fault fault, Observation seen, long injected, long restored)
            throws IOException, InterruptedException {
        OptionalDouble whole = OptionalDouble.empty();
        long deadline = restored + timeout.toNanos();
        while (ticker.nanos() - deadline < 0) {
            stack.tick();
            seen.poll(seconds(injected), OptionalDouble.of(seconds(restored)));
            if (whole.isEmpty() && stack.isWhole()) {
                whole = OptionalDouble.of(seconds(restored));
            }
            if (whole.isPresent() && missing(fault, seen, true).isEmpty() && hasEnded(fault, seen)) {
                break;
            }
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
        return whole;
    }

    /** An inhibited alert sends no resolved event. */
    private static boolean hasEnded(Fault fault, Observation seen) {
        Set<AlertKey> expected = expected(fault);
        return seen.allEnded(alert -> mayLast(alert) && !expected.contains(alert))
                && fault.expected().stream()
                        .filter(expectation -> expectation.delivery() != Delivery.INHIBITED)
                        .allMatch(expectation -> seen.isReportedResolved(expectation.alert()));
    }

    private static boolean mayLast(AlertKey alert) {
        return FaultCatalogue.LASTING.contains(alert.name()) || FaultCatalogue.OF_THE_MACHINE.contains(alert.name());
    }

    private static Set<AlertKey> expected(Fault fault) {
        return fault.expected().stream().map(Expectation::alert).collect(Collectors.toSet());
    }

    private double seconds(long since) {
        return (ticker.nanos() - since) / 1e9;
    }

    /** Expected alerts of which something is not seen yet. */
    private static List<AlertKey> missing(Fault fault, Observation seen, boolean restored) {
        List<AlertKey> missing = new ArrayList<>();
        for (Expectation expectation : fault.expected()) {
            boolean needsFiring = expectation.delivery() != Delivery.BY_EXPORTER;
            boolean needsEvent = switch (expectation.delivery()) {
                case AT_ONCE, BY_EXPORTER -> true;
                case WHEN_RESTORED -> restored;
                case INHIBITED -> false;
            };
            boolean fired = !needsFiring || seen.hasFired(expectation.alert());
            boolean told = !needsEvent || seen.hasEvent(expectation.alert());
            if (!fired || !told) {
                missing.add(expectation.alert());
            }
        }
        return missing;
    }

    private Detection result(
            Fault fault, Observation seen, OptionalDouble restart, double lasting, OptionalDouble whole) {
        Set<AlertKey> expected = expected(fault);
        TreeMap<AlertKey, Times> times = new TreeMap<>();
        List<AlertKey> unrelated = new ArrayList<>();
        List<AlertKey> ofTheMachine = new ArrayList<>();
        for (AlertKey alert : seen.alerts()) {
            if (expected.contains(alert) || fault.consequences().contains(alert.name())) {
                times.put(alert, seen.times(alert));
            } else if (FaultCatalogue.OF_THE_MACHINE.contains(alert.name())) {
                ofTheMachine.add(alert);
            } else if (!FaultCatalogue.LASTING.contains(alert.name())) {
                unrelated.add(alert);
            }
        }
        return new Detection(
                fault,
                times,
                missing(fault, seen, true),
                unrelated,
                ofTheMachine,
                seen.steps(),
                restart,
                lasting,
                whole,
                Optional.empty());
    }
}
