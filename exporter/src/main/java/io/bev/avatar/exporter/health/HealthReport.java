package io.bev.avatar.exporter.health;

import java.time.Instant;
import java.util.List;

/**
 * The results of one round.
 *
 * @param at when it was made
 * @param host whose health it is
 * @param status the worst of the results
 * @param results one a check
 */
public record HealthReport(Instant at, String host, HealthStatus status, List<HealthResult> results) {

    /** Version of the document. */
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

    /** How many results came out so. */
    int count(HealthStatus status) {
        return (int)
                results.stream().filter(result -> result.status() == status).count();
    }
}
