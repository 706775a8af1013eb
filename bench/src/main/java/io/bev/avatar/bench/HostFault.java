package io.bev.avatar.bench;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.bench.Fault.Restore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A fault of one of several hosts; others may have theirs at the same time.
 *
 * @param name such as {@code host-memory-low}
 * @param how description of the injection for the user
 * @param access kind of host that can have it
 * @param expected alerts that it must raise; none: it must raise no alert
 * @param consequences names of alerts that it may raise
 * @param injection injects it
 */
record HostFault(
        String name,
        String how,
        MonitoredHost.Access access,
        List<Expectation> expected,
        Set<String> consequences,
        Injection injection) {

    HostFault {
        expected = List.copyOf(expected);
        consequences = Set.copyOf(consequences);
    }

    /** Injects a fault into a host. */
    @FunctionalInterface
    interface Injection {
        Restore inject(MonitoredHost host) throws IOException, InterruptedException;
    }

    /** Begins or ends a fault. */
    @FunctionalInterface
    interface Action {
        void on(MonitoredHost host) throws IOException, InterruptedException;
    }

    static HostFault of(String name, String how, Injection injection) {
        return new HostFault(name, how, MonitoredHost.Access.PROXY, List.of(), Set.of(), injection);
    }

    static HostFault of(String name, String how, Action begin, Action end) {
        return of(name, how, host -> {
            begin.on(host);
            return () -> end.on(host);
        });
    }

    HostFault on(MonitoredHost.Access access) {
        return new HostFault(name, how, access, expected, consequences, injection);
    }

    HostFault critical(String alert) {
        return expecting(new Expectation(new AlertKey(alert, "critical"), Delivery.AT_ONCE));
    }

    HostFault warning(String alert) {
        return expecting(new Expectation(new AlertKey(alert, "warning"), Delivery.AT_ONCE));
    }

    HostFault info(String alert) {
        return expecting(new Expectation(new AlertKey(alert, "info"), Delivery.AT_ONCE));
    }

    /** Expects a warning whose condition needs some seconds. */
    HostFault warning(String alert, int seconds, String why) {
        return expecting(new Expectation(
                new AlertKey(alert, "warning"), Delivery.AT_ONCE, Condition.needs(Duration.ofSeconds(seconds), why)));
    }

    /** Expects a critical alert whose condition needs some seconds. */
    HostFault critical(String alert, int seconds, String why) {
        return expecting(new Expectation(
                new AlertKey(alert, "critical"), Delivery.AT_ONCE, Condition.needs(Duration.ofSeconds(seconds), why)));
    }

    /** Expects an alert whose notification a more severe one may inhibit. */
    HostFault inhibited(String alert, String severity) {
        return expecting(new Expectation(new AlertKey(alert, severity), Delivery.INHIBITED));
    }

    private HostFault expecting(Expectation expectation) {
        List<Expectation> all = new ArrayList<>(expected);
        all.add(expectation);
        return new HostFault(name, how, access, all, consequences, injection);
    }

    HostFault mayRaise(String... alerts) {
        return new HostFault(name, how, access, expected, Set.of(alerts), injection);
    }

    /** This fault on {@code host}. */
    Fault on(MonitoredHost host) {
        return new Fault(name, how, true, expected, consequences, stack -> injection.inject(host));
    }
}
