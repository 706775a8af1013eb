package io.bev.avatar.exporter.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Result of one health check.
 *
 * @param check {@code service}, {@code endpoint}, {@code gpu}, {@code system} or {@code redis}
 * @param status worst status of its problems
 * @param summary observed state, one line
 * @param problems detected problems
 * @param values measured values, in the units of the corresponding metrics
 */
public record HealthResult(
        String check, HealthStatus status, String summary, List<Problem> problems, Map<String, Double> values) {

    /**
     * A detected problem.
     *
     * @param status warning or critical
     * @param found observed state
     * @param expected expected state
     * @param remedy suggested remedy
     */
    public record Problem(HealthStatus status, String found, String expected, String remedy) {}

    public HealthResult {
        problems = List.copyOf(problems);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static HealthResult skipped(String check, String why) {
        return new HealthResult(
                check,
                HealthStatus.SKIPPED,
                "skipped: " + why.replaceFirst("; [^;]* or exclude the collector$", ""),
                List.of(),
                Map.of());
    }
}
