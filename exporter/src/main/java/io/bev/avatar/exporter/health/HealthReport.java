package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.report.Report;
import io.bev.avatar.exporter.report.Status;
import java.time.Instant;
import java.util.List;

/**
 * Results of one health evaluation.
 *
 * @param at time of evaluation
 * @param report one result per check; the subject is the name of the evaluated host
 */
public record HealthReport(Instant at, Report<HealthResult> report) {

    static HealthReport of(Instant at, String host, List<HealthResult> results) {
        return new HealthReport(at, new Report<>(host, results));
    }

    /** Name of the evaluated host. */
    String host() {
        return report.subject();
    }

    /** Worst status of the results. */
    public Status status() {
        return report.status();
    }

    List<HealthResult> results() {
        return report.results();
    }
}
