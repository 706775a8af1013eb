package io.bev.avatar.bench;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Alerts at the last poll. */
interface AlertSource {

    void poll() throws InterruptedException;

    /** Alerts in state pending. */
    Set<ObservedAlert> pending();

    /** Alerts in state firing. */
    Set<ObservedAlert> firing();

    /** The newest hundred events, unordered. */
    Set<AlertView.Event> events();

    /** Recovery steps among the newest hundred events, oldest first. */
    List<AlertView.Step> steps();

    /**
     * The alerts of {@code all} that satisfy {@code filter}.
     *
     * @param polls whether {@link #poll} polls {@code all}; otherwise another thread does
     */
    static AlertSource filtered(AlertSource all, Predicate<ObservedAlert> filter, boolean polls) {
        return new AlertSource() {
            @Override
            public void poll() throws InterruptedException {
                if (polls) {
                    all.poll();
                }
            }

            @Override
            public Set<ObservedAlert> pending() {
                return all.pending().stream().filter(filter).collect(Collectors.toSet());
            }

            @Override
            public Set<ObservedAlert> firing() {
                return all.firing().stream().filter(filter).collect(Collectors.toSet());
            }

            @Override
            public Set<AlertView.Event> events() {
                return all.events().stream()
                        .filter(event -> filter.test(event.alert()))
                        .collect(Collectors.toSet());
            }

            @Override
            public List<AlertView.Step> steps() {
                return all.steps();
            }
        };
    }
}
