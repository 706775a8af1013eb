package io.bev.avatar.bench;

import io.bev.avatar.bench.Detection.Times;
import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.bench.Fault.Restore;
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

/** Injects faults into a running stack, one at a time, and observes the alerts until they end. */
final class FaultInjector {

    private static final long POLL_INTERVAL_MILLIS = 100;
    private static final int MAX_RUNS = 3;
    private static final Duration MACHINE_TIMEOUT = Duration.ofMinutes(1);

    private final IsolatedStack stack;
    private final FaultTarget target;
    private final AlertSource view;
    private final Set<String> ignored;
    private final Ticker ticker;
    private final CpuShare cpu;
    private final Duration hold;
    private final Duration timeout;

    /**
     * @param target what the faults are injected into
     * @param view alerts of the target
     * @param cpu whether this machine is overloaded
     * @param ignored names of alerts about the machine that runs the benchmark
     * @param hold minimum duration of each fault, to catch unrelated alerts
     * @param timeout maximum wait for an alert to fire and for it to end
     */
    FaultInjector(
            IsolatedStack stack,
            FaultTarget target,
            AlertSource view,
            Set<String> ignored,
            Ticker ticker,
            CpuShare cpu,
            Duration hold,
            Duration timeout) {
        this.stack = stack;
        this.target = target;
        this.view = view;
        this.ignored = Set.copyOf(ignored);
        this.ticker = ticker;
        this.cpu = cpu;
        this.hold = hold;
        this.timeout = timeout;
    }

    /**
     * Waits for the heartbeat in Redis: directly after its start, Prometheus has discovered neither its targets nor Alertmanager,
     * which would distort the first measurement.
     *
     * @throws IOException when it does not arrive
     */
    void awaitHeartbeat() throws IOException, InterruptedException {
        long deadline = ticker.nanos() + timeout.toNanos();
        while (view.events().stream()
                .noneMatch(event -> event.alert().key().name().equals(FaultCatalogue.HEARTBEAT))) {
            if (ticker.nanos() - deadline > 0) {
                throw new IOException(FaultCatalogue.HEARTBEAT + " did not reach Redis within " + timeout.toSeconds()
                        + " s after the start of the stack; see the logs in its directory");
            }
            target.tick();
            view.poll();
            Thread.sleep(POLL_INTERVAL_MILLIS);
        }
    }

    /**
     * Waits until no alerts are active other than those about the machine and those with a long window.
     *
     * @return alerts that remain active
     */
    private Set<AlertKey> awaitNoAlerts(Fault fault) throws IOException, InterruptedException {
        long start = ticker.nanos();
        long deadline = start + timeout.toNanos();
        Set<AlertKey> active = new TreeSet<>();
        do {
            target.tick();
            view.poll();
            active.clear();
            view.firing().stream().map(ObservedAlert::key).forEach(active::add);
            view.pending().stream().map(ObservedAlert::key).forEach(active::add);
            active.removeIf(alert -> !disturbs(alert, fault));
            if (active.isEmpty() && target.isWhole()) {
                break;
            }
            if (!active.isEmpty() && active.stream().allMatch(alert -> ignored.contains(alert.name()))) {
                // Those of the machine itself may last.
                deadline = Math.min(deadline, start + MACHINE_TIMEOUT.toNanos());
            }
            Thread.sleep(POLL_INTERVAL_MILLIS);
        } while (ticker.nanos() - deadline < 0);
        return active;
    }

    private boolean disturbs(AlertKey alert, Fault fault) {
        if (fault.expected().stream()
                .anyMatch(expectation -> expectation.alert().equals(alert))) {
            return true;
        }
        return !alert.name().equals(FaultCatalogue.HEARTBEAT)
                && !ignored.contains(alert.name())
                && !FaultCatalogue.LASTING.contains(alert.name());
    }

    /**
     * Waits until no alerts are active, injects the fault, observes, ends the fault and observes until its alerts have ended. Repeats
     * this, up to three times, if the result is not as expected and this machine was overloaded meanwhile; the last result is void
     * then.
     */
    Detection run(Fault fault) throws IOException, InterruptedException {
        for (int runs = 1; true; runs++) {
            long start = ticker.nanos();
            Detection detection = runOnce(fault).afterRuns(runs);
            if (detection.isAsExpected() || !cpu.starvedSince(start)) {
                return detection;
            }
            if (runs == MAX_RUNS) {
                return detection.asVoid();
            }
        }
    }

    private Detection runOnce(Fault fault) throws IOException, InterruptedException {
        Set<AlertKey> active = awaitNoAlerts(fault);
        if (!active.isEmpty()) {
            return Detection.skipped(fault, "these alerts were active before and remained: " + active);
        }
        Observation seen = new Observation(view);
        long injected = ticker.nanos();
        Restore restore;
        try {
            restore = fault.injection().inject(stack);
        } catch (Fault.NotPossibleException e) {
            return Detection.skipped(fault, String.valueOf(e.getMessage()));
        }
        long deadline = injected + timeout.toNanos();
        boolean down = false;
        OptionalDouble restart = OptionalDouble.empty();
        while (ticker.nanos() - injected < hold.toNanos()
                || (!missing(fault, seen, false).isEmpty() && ticker.nanos() - deadline < 0)) {
            if (fault.supervised()) {
                target.tick();
            }
            seen.poll(seconds(injected), OptionalDouble.empty());
            if (restart.isEmpty() && fault.endsTheRenderer()) {
                boolean listens = target.rendererListens();
                down |= !listens;
                restart = down && listens ? OptionalDouble.of(seconds(injected)) : restart;
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
            target.tick();
            seen.poll(seconds(injected), OptionalDouble.of(seconds(restored)));
            if (whole.isEmpty() && target.isWhole()) {
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
    private boolean hasEnded(Fault fault, Observation seen) {
        Set<AlertKey> expected = expected(fault);
        return seen.allEnded(alert -> mayLast(alert) && !expected.contains(alert))
                && fault.expected().stream()
                        .filter(expectation -> expectation.delivery() != Delivery.INHIBITED)
                        .allMatch(expectation -> seen.isReportedResolved(expectation.alert()));
    }

    private boolean mayLast(AlertKey alert) {
        return FaultCatalogue.LASTING.contains(alert.name()) || ignored.contains(alert.name());
    }

    private static Set<AlertKey> expected(Fault fault) {
        return fault.expected().stream().map(Expectation::alert).collect(Collectors.toSet());
    }

    private double seconds(long since) {
        return (ticker.nanos() - since) / 1e9;
    }

    /** Expected alerts that have not fired or whose event has not arrived. */
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
            boolean delivered = !needsEvent || seen.hasEvent(expectation.alert());
            if (!fired || !delivered) {
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
            } else if (ignored.contains(alert.name())) {
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
                Optional.empty(),
                1);
    }
}
