package io.bev.avatar.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.bench.StackClient;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every query of the shipped dashboards, for all hosts at once, as Grafana would send it. */
final class DashboardQueries {

    /**
     * One query.
     *
     * @param panel dashboard and title of the panel that asks
     * @param expression PromQL without variables
     * @param instant whether only the newest value is wanted
     */
    record Query(String panel, String expression, boolean instant) {}

    private DashboardQueries() {}

    static List<Query> read(Path folder) throws IOException {
        List<Query> queries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
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

    /** Variables as for "All", windows as for a scrape interval of 15 s; {@code $1} of a replacement stays. */
    static String filled(String expression) {
        return expression
                .replaceAll("\\$\\{?__(rate_)?interval}?", "1m")
                .replaceAll("\\$\\{?__range}?", "1h")
                .replaceAll("\\$\\{[a-zA-Z_]\\w*(:\\w+)?}|\\$[a-zA-Z_]\\w*", ".+");
    }
}
