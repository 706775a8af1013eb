package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Builder of {@link HealthResult} for one check. */
final class HealthResultBuilder {

    private final String check;
    private final Thresholds thresholds;
    private final List<String> summary = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Double> values = new LinkedHashMap<>();

    HealthResultBuilder(String check, Thresholds thresholds) {
        this.check = check;
        this.thresholds = thresholds;
    }

    /** Adds a part of the summary. */
    void addSummary(String text) {
        summary.add(text);
    }

    void value(String name, double value) {
        values.put(name, value);
    }

    void warning(String found, String expected, String remedy) {
        problems.add(new Problem(Status.WARNING, found, expected, remedy));
    }

    void critical(String found, String expected, String remedy) {
        problems.add(new Problem(Status.CRITICAL, found, expected, remedy));
    }

    /**
     * Compares a value with its thresholds and adds a problem if it violates one.
     *
     * @param subject the measured quantity, such as {@code temperature of GPU 0}
     */
    void checkThreshold(Signal signal, double value, String subject, String remedy) {
        OptionalDouble critical = thresholds.of(signal.key(), "critical");
        OptionalDouble warning = thresholds.of(signal.key(), "warning");
        String found = subject + " is " + signal.format(value);
        if (critical.isPresent() && signal.beyond(value, critical.getAsDouble())) {
            critical(found, signal.bound(critical.getAsDouble()), remedy);
        } else if (warning.isPresent() && signal.beyond(value, warning.getAsDouble())) {
            warning(found, signal.bound(warning.getAsDouble()), remedy);
        } else if (critical.isEmpty() && warning.isEmpty()) {
            warning(
                    "no threshold for " + signal.key(),
                    "a warning or critical threshold",
                    "add one to thresholds.rules.yml; " + subject + " is not checked");
        }
    }

    HealthResult build() {
        Status status = Status.worst(problems.stream().map(Problem::status).toList());
        return new HealthResult(check, status, String.join(", ", summary), problems, values);
    }
}
