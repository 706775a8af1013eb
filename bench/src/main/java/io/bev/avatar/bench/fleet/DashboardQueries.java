package io.bev.avatar.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.bench.StackClient;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Queries of the shipped dashboards for all hosts, as sent by Grafana. */
final class DashboardQueries {

    /**
     * One query.
     *
     * @param panel dashboard and panel title
     * @param expression PromQL without variables
     * @param instant whether it is an instant query
     */
    record Query(String panel, String expression, boolean instant) {}

    private DashboardQueries() {}

    static List<Query> read(Path directory) throws IOException {
        List<Query> queries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                JsonNode dashboard = StackClient.JSON.readTree(file.toFile());
                collect(dashboard.path("uid").asText(), dashboard.path("panels"), queries);
            }
        }
        return queries;
    }

    private static void collect(String dashboard, JsonNode panels, List<Query> queries) {
        for (JsonNode panel : panels) {
            collect(dashboard, panel.path("panels"), queries);
            for (JsonNode target : panel.path("targets")) {
                if (target.hasNonNull("expr")) {
                    queries.add(new Query(
                            dashboard + ": " + panel.path("title").asText(),
                            filled(target.path("expr").asText()),
                            target.path("instant").asBoolean()));
                }
            }
        }
    }

    /** Replaces variables as for "All" and windows as for a scrape interval of 15 s; {@code $1} in a replacement stays. */
    static String filled(String expression) {
        return expression
                .replaceAll("\\$\\{?__(rate_)?interval}?", "1m")
                .replaceAll("\\$\\{?__range}?", "1h")
                .replaceAll("\\$\\{[a-zA-Z_]\\w*(:\\w+)?}|\\$[a-zA-Z_]\\w*", ".+");
    }
}
