package io.bev.avatar.exporter.report;

import java.util.List;

/**
 * Results of one run of checks.
 *
 * @param subject what was checked
 * @param results in display order
 */
public record Report<R extends Result>(String subject, List<R> results) {

    public Report {
        results = List.copyOf(results);
    }

    /** Worst status of all results. */
    public Status status() {
        return Status.worst(results.stream().map(Result::status).toList());
    }

    /** Number of results with {@code status}. */
    public int count(Status status) {
        return (int)
                results.stream().filter(result -> result.status() == status).count();
    }
}
