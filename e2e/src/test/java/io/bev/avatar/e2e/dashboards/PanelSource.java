package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Source of a panel.
 *
 * @param title title of the panel
 * @param about description for the reader
 * @param type type in {@code styles.yml}; default: time series
 * @param style style in {@code styles.yml}
 * @param unit Grafana unit
 * @param size width and height in cells of Grafana's 24-column grid, such as {@code 8x8}
 * @param query PromQL, with the shorthands of {@link PanelJson}; {@code legend}, {@code step}, {@code range} belong to it
 * @param queries for several queries
 * @param limit threshold signal to show with it
 * @param limitInLegend whether the threshold is a number in the legend instead of a line: far from the usual values, a line flattens them
 * @param noValue reason why it may be empty on a healthy machine, shown in the empty panel; default: "No data"
 * @param opens name of the dashboard with details
 * @param names names of the series, or of the columns of a table; in a table they are the only columns, in this order
 * @param json Grafana JSON, merged over everything else
 */
record PanelSource(
        String title,
        String about,
        @Nullable String type,
        @Nullable String style,
        String unit,
        @Nullable String size,
        @Nullable String query,
        @Nullable String legend,
        @Nullable String step,
        @Nullable List<Query> queries,
        @Nullable String limit,
        boolean limitInLegend,
        @Nullable String noValue,
        @Nullable String opens,
        @Nullable Map<String, String> names,
        @Nullable ObjectNode json) {

    /**
     * One query of a panel.
     *
     * @param step minimum step as a Prometheus duration, for series with a longer scrape interval
     * @param name column in a table
     * @param dashed whether it is a reference line
     */
    record Query(
            String query,
            @Nullable String legend,
            @Nullable String step,
            @Nullable String name,
            @Nullable String unit,
            @Nullable String style,
            boolean dashed) {

        Query {
            Objects.requireNonNull(query, "a query without its PromQL");
        }
    }

    PanelSource {
        Objects.requireNonNull(title, "a panel without title");
        Objects.requireNonNull(about, () -> "panel " + title + ": without `about`");
        Objects.requireNonNull(unit, () -> "panel " + title + ": without `unit`");
        if ((query == null) == (queries == null)) {
            throw new IllegalArgumentException("panel " + title + ": expected either `query` or `queries`");
        }
        if (!(size == null ? "8x8" : size).matches("[0-9]+x[0-9]+")) {
            throw new IllegalArgumentException(
                    "panel " + title + ": size " + size + " is not width x height, as in 8x8");
        }
    }

    /** All queries: {@code query} or {@code queries}. */
    List<Query> allQueries() {
        return queries != null
                ? queries
                : List.of(new Query(Objects.requireNonNull(query), legend, step, null, null, null, false));
    }

    String kind() {
        return type == null ? "timeseries" : type;
    }

    int width() {
        return Integer.parseInt(dimensions()[0]);
    }

    int height() {
        return Integer.parseInt(dimensions()[1]);
    }

    private String[] dimensions() {
        return (size == null ? "8x8" : size).split("x", 2);
    }
}
