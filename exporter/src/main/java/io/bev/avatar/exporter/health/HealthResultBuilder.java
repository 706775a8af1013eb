package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.health.HealthResult.Problem;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Gathers what one check has to say. */
final class HealthResultBuilder {

    private final String check;
    private final Thresholds limits;
    private final List<String> notes = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Double> values = new LinkedHashMap<>();

    HealthResultBuilder(String check, Thresholds limits) {
        this.check = check;
        this.limits = limits;
    }

    /** A part of the summary. */
    void note(String text) {
        notes.add(text);
    }

    void value(String name, double value) {
        values.put(name, value);
    }

    void warning(String found, String expected, String remedy) {
        problems.add(new Problem(HealthStatus.WARNING, found, expected, remedy));
    }

    void critical(String found, String expected, String remedy) {
        problems.add(new Problem(HealthStatus.CRITICAL, found, expected, remedy));
    }

    /**
     * Holds a value against its thresholds.
     *
     * @param subject what has the value, such as {@code temperature of GPU 0}
     */
    void hold(Signal signal, double value, String subject, String remedy) {
        OptionalDouble critical = limits.of(signal.key(), "critical");
        OptionalDouble warning = limits.of(signal.key(), "warning");
        String found = subject + " is " + signal.words(value);
        if (critical.isPresent() && signal.beyond(value, critical.getAsDouble())) {
            critical(found, signal.bound(critical.getAsDouble()), remedy);
        } else if (warning.isPresent() && signal.beyond(value, warning.getAsDouble())) {
            warning(found, signal.bound(warning.getAsDouble()), remedy);
        } else if (critical.isEmpty() && warning.isEmpty()) {
            warning(
                    "no threshold for " + signal.key(),
                    "a warning or critical one",
                    "add it to thresholds.rules.yml: " + subject + " is judged by nothing");
        }
    }

    HealthResult result() {
        HealthStatus status = HealthStatus.OK;
        for (Problem problem : problems) {
            status = problem.status().exitCode() > status.exitCode() ? problem.status() : status;
        }
        return new HealthResult(check, status, String.join(", ", notes), problems, values);
    }
}
