package io.bev.avatar.bench;

import io.bev.avatar.bench.Detection.Times;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Times at which alerts were observed since a fault was injected, without earlier alerts. */
final class Observation {

    private final AlertSource view;
    private final Set<ObservedAlert> before = new HashSet<>();
    private final Set<String> eventsSeen = new HashSet<>();
    private final Map<AlertKey, Double> firing = new HashMap<>();
    private final Map<AlertKey, Double> events = new HashMap<>();
    private final Map<AlertKey, Double> resolved = new HashMap<>();
    private final Map<AlertKey, Double> resolvedEvents = new HashMap<>();
    private final Set<String> stepsBefore = new HashSet<>();
    private final Map<String, String> steps = new LinkedHashMap<>();

    /** @param view view that was just polled */
    Observation(AlertSource view) {
        this.view = view;
        before.addAll(view.firing());
        before.addAll(view.pending());
        view.events().forEach(event -> eventsSeen.add(event.identity()));
        view.steps().forEach(step -> stepsBefore.add(step.identity()));
    }

    /**
     * Polls and records.
     *
     * @param sinceInjected seconds
     * @param sinceRestored seconds; empty during the fault
     */
    void poll(double sinceInjected, OptionalDouble sinceRestored) throws InterruptedException {
        view.poll();
        Set<AlertKey> now = new HashSet<>();
        for (ObservedAlert alert : view.firing()) {
            if (!before.contains(alert) && !alert.key().name().equals(FaultCatalogue.HEARTBEAT)) {
                now.add(alert.key());
                firing.putIfAbsent(alert.key(), sinceInjected);
            }
        }
        double afterwards = sinceRestored.orElse(-1);
        for (AlertKey alert : firing.keySet()) {
            if (now.contains(alert)) {
                resolved.remove(alert);
            } else {
                resolved.putIfAbsent(alert, afterwards);
            }
        }
        for (AlertView.Step step : view.steps()) {
            if (!stepsBefore.contains(step.identity())) {
                steps.put(step.identity(), step.action() + " " + step.status());
            }
        }
        for (AlertView.Event event : view.events()) {
            if (eventsSeen.add(event.identity())
                    && !before.contains(event.alert())
                    && !event.alert().key().name().equals(FaultCatalogue.HEARTBEAT)) {
                if (event.firing()) {
                    events.putIfAbsent(event.alert().key(), sinceInjected);
                } else {
                    resolvedEvents.put(event.alert().key(), afterwards);
                }
            }
        }
    }

    /** Recovery steps since the fault, in order, such as {@code trim_gpu_memory done}. */
    List<String> steps() {
        return List.copyOf(steps.values());
    }

    boolean hasFired(AlertKey alert) {
        return firing.containsKey(alert);
    }

    boolean hasEvent(AlertKey alert) {
        return events.containsKey(alert);
    }

    /** Whether all alerts that fired have ended. */
    boolean allEnded(Predicate<AlertKey> except) {
        return firing.keySet().stream().filter(except.negate()).allMatch(resolved::containsKey);
    }

    /** Whether its resolved event is in Redis. */
    boolean isReportedResolved(AlertKey alert) {
        return resolvedEvents.containsKey(alert);
    }

    /** All alerts that fired or were reported. */
    Set<AlertKey> alerts() {
        Set<AlertKey> all = new TreeSet<>(firing.keySet());
        all.addAll(events.keySet());
        return all;
    }

    Times times(AlertKey alert) {
        return new Times(at(firing, alert), at(events, alert), at(resolved, alert), at(resolvedEvents, alert));
    }

    private static OptionalDouble at(Map<AlertKey, Double> times, AlertKey alert) {
        Double seconds = times.get(alert);
        return seconds == null ? OptionalDouble.empty() : OptionalDouble.of(seconds);
    }
}
