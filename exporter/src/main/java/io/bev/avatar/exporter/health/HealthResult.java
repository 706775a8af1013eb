package io.bev.avatar.exporter.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one check gave.
 *
 * @param check {@code service}, {@code endpoint}, {@code gpu}, {@code system} or {@code redis}
 * @param status the worst of its problems
 * @param summary what there is, in a line
 * @param problems what is not well
 * @param values the readings, in the units of the metrics that they come from
 */
public record HealthResult(
        String check, HealthStatus status, String summary, List<Problem> problems, Map<String, Double> values) {

    /**
     * Something that is not well.
     *
     * @param status warning or critical
     * @param found what there is
     * @param expected what there should be
     * @param remedy what to do
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
                "not judged: " + why.replaceFirst("; [^;]* or exclude the collector$", ""),
                List.of(),
                Map.of());
    }
}
