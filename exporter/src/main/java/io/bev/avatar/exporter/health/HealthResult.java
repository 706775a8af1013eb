package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.report.Problem;
import io.bev.avatar.exporter.report.Result;
import io.bev.avatar.exporter.report.Status;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Result of one health check.
 *
 * @param name {@code service}, {@code endpoint}, {@code gpu}, {@code system} or {@code redis}
 * @param status worst status of its problems, or SKIPPED
 * @param summary observed state, one line
 * @param problems detected problems, each WARNING or CRITICAL
 * @param values measured values, in the units of the corresponding metrics
 */
public record HealthResult(
        String name, Status status, String summary, List<Problem> problems, Map<String, Double> values)
        implements Result {

    public HealthResult {
        problems = List.copyOf(problems);
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static HealthResult skipped(String name, String why) {
        return new HealthResult(name, Status.SKIPPED, "skipped: " + why, List.of(), Map.of());
    }
}
