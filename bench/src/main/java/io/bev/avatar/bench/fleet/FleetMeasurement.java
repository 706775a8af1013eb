package io.bev.avatar.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.bench.StackClient;
import io.bev.avatar.bench.fleet.DashboardQueries.Query;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Measurements of a Prometheus that scrapes a fleet.
 *
 * @param figures single values
 * @param groups time and interval of each rule group
 * @param queries time of each dashboard query, the slowest first
 */
record FleetMeasurement(List<Figure> figures, List<GroupTime> groups, List<QueryTime> queries) {

    private static final double MIN_STEP = 15;
    private static final double POINTS = 1000;

    /** Share of the time, at its end, in which rules are measured: the first minutes create a million series. */
    private static final double STEADY = 0.5;

    /** A value with its name, such as {@code fleet.prometheus.rss}. */
    record Figure(String name, double value, String unit) {}

    /** The longest evaluation of a rule group while the fleet was measured, and its interval; seconds. */
    record GroupTime(String group, double longestSeconds, double intervalSeconds) {
        boolean isInTime() {
            return longestSeconds < intervalSeconds;
        }
    }

    /** Duration of a query and the number of series it returned. */
    record QueryTime(Query query, double seconds, int series) {}

    FleetMeasurement {
        figures = List.copyOf(figures);
        groups = List.copyOf(groups);
        queries = List.copyOf(queries);
    }

    /**
     * Runs the measurements.
     *
     * @param rangeSeconds time range of the dashboards: an hour, or as long as there is data
     */
    static FleetMeasurement take(
            StackClient client, String prometheus, long pid, List<Query> queries, double rangeSeconds, Ticker ticker)
            throws IOException, InterruptedException {
        String range = "[" + (long) (rangeSeconds * STEADY) + "s]";
        List<Figure> figures = new ArrayList<>();
        double rss = residentBytes(pid);
        String[][] queried = {
            {"fleet.hosts", "hosts", "count(up{job=\"avatar\"})"},
            {"fleet.hosts.up", "hosts", "sum(up{job=\"avatar\"})"},
            {"fleet.series", "series", "max(prometheus_tsdb_head_series)"},
            {"fleet.samples.rate", "1/s", "sum(rate(prometheus_tsdb_head_samples_appended_total[2m]))"},
            {"fleet.prometheus.cpu", "cores", "sum(rate(process_cpu_seconds_total{job=\"prometheus\"}[2m]))"},
            {"fleet.scrape.p99", "s", "quantile(0.99, scrape_duration_seconds{job=\"avatar\"})"},
            {
                "fleet.rules.missed",
                "evaluations",
                "sum(increase(prometheus_rule_group_iterations_missed_total" + range + "))"
            },
            {
                "fleet.rules.failed",
                "evaluations",
                "sum(increase(prometheus_rule_evaluation_failures_total" + range + "))"
            },
            {"fleet.alerts.firing", "alerts", "count(ALERTS{alertstate=\"firing\"})"},
        };
        figures.add(new Figure("fleet.prometheus.rss", rss, "bytes"));
        for (String[] query : queried) {
            figures.add(new Figure(query[0], single(client.query(prometheus, query[2])), query[1]));
        }
        return new FleetMeasurement(
                figures, groups(client, prometheus, range), times(client, prometheus, queries, rangeSeconds, ticker));
    }

    private static double residentBytes(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/status"))
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow(() -> new IOException("Prometheus, pid " + pid + ", ended; see its log"))
                * 1024.0;
    }

    private static double single(JsonNode result) {
        return result.path(0).path("value").path(1).asDouble();
    }

    private static List<GroupTime> groups(StackClient client, String prometheus, String range)
            throws IOException, InterruptedException {
        List<GroupTime> groups = new ArrayList<>();
        for (JsonNode series :
                client.query(prometheus, "max_over_time(prometheus_rule_group_last_duration_seconds" + range + ")")) {
            String full = series.path("metric").path("rule_group").asText();
            String interval = String.format(
                    Locale.ROOT,
                    "prometheus_rule_group_interval_seconds{rule_group=\"%s\"}",
                    full.replace("\\", "\\\\").replace("\"", "\\\""));
            groups.add(new GroupTime(
                    full.substring(full.lastIndexOf(';') + 1),
                    series.path("value").path(1).asDouble(),
                    single(client.query(prometheus, interval))));
        }
        groups.sort(Comparator.comparingDouble(GroupTime::longestSeconds).reversed());
        return groups;
    }

    private static List<QueryTime> times(
            StackClient client, String prometheus, List<Query> queries, double rangeSeconds, Ticker ticker)
            throws IOException, InterruptedException {
        double end = Clock.systemUTC().millis() / 1000.0;
        double step = Math.max(MIN_STEP, rangeSeconds / POINTS);
        List<QueryTime> times = new ArrayList<>();
        for (Query query : queries) {
            long start = ticker.nanos();
            JsonNode result = query.instant()
                    ? client.query(prometheus, query.expression())
                    : client.queryRange(prometheus, query.expression(), end - rangeSeconds, end, step);
            times.add(new QueryTime(query, (ticker.nanos() - start) / 1e9, result.size()));
        }
        times.sort(Comparator.comparingDouble(QueryTime::seconds).reversed());
        return times;
    }

    /** Quantile of the query durations; {@code share} 0 to 1. */
    double querySeconds(double share) {
        int index = (int) Math.floor((1 - share) * (queries.size() - 1));
        return queries.isEmpty() ? 0 : queries.get(index).seconds();
    }

    /** Whether every rule group was evaluated within its interval. */
    boolean rulesAreInTime() {
        return !groups.isEmpty() && groups.stream().allMatch(GroupTime::isInTime);
    }
}
