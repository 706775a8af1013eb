package io.bev.avatar.exporter.health;

import java.time.Instant;
import java.util.List;

/**
 * Results of one health evaluation.
 *
 * @param at time of evaluation
 * @param host name of the evaluated host
 * @param status worst status of the results
 * @param results one per check
 */
public record HealthReport(Instant at, String host, HealthStatus status, List<HealthResult> results) {

    /** Schema version of the JSON document. */
    static final int SCHEMA = 1;

    public HealthReport {
        results = List.copyOf(results);
    }

    static HealthReport of(Instant at, String host, List<HealthResult> results) {
        HealthStatus worst = HealthStatus.OK;
        for (HealthResult result : results) {
            worst = result.status().exitCode() > worst.exitCode() ? result.status() : worst;
        }
        return new HealthReport(at, host, worst, results);
    }

    /** Number of results with a status. */
    int count(HealthStatus status) {
        return (int)
                results.stream().filter(result -> result.status() == status).count();
    }
}
