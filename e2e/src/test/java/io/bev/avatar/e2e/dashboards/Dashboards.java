package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The shipped dashboards. */
public final class Dashboards {

    static final Path GRAFANA = Repository.root().resolve("grafana");
    static final Path DIRECTORY = GRAFANA.resolve("dashboards");

    /** Text of an empty panel; a panel that may be empty on a healthy machine shows the reason instead. */
    static final String NO_DATA = "No data";

    /** Text of an empty panel that shows only GPUs. */
    static final String NO_GPU = "no GPU is watched";

    /** Metrics that may be absent on a healthy machine, with the reason. */
    private static final Map<String, String> NOT_EVERYWHERE = Map.of(
            "node_pressure_", "a kernel may be built or started without pressure stall information",
            "node_disk_", "a container may see no disk",
            "device!=\"lo\"", "a machine may have no network",
            "signal=\"frame_deadline_burn_rate\"", "a CPU promises no deadlines");

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A query with its variables replaced as by Grafana, with all hosts selected.
     *
     * @param panel dashboard and title
     * @param expression PromQL
     * @param whenEmpty text of the empty panel
     */
    public record Query(String panel, String expression, String whenEmpty) {

        /** Whether it must return data on a healthy machine. */
        public boolean mustHaveData(boolean withGpu) {
            boolean gpu = whenEmpty.equals(NO_GPU) || expression.contains("nvidia_");
            return (whenEmpty.equals(NO_DATA) || whenEmpty.equals(NO_GPU))
                    && (withGpu || !gpu)
                    && NOT_EVERYWHERE.keySet().stream().noneMatch(expression::contains);
        }
    }

    private Dashboards() {}

    static List<JsonNode> shipped() {
        return DashboardJson.NAMES.stream().map(Dashboards::shipped).toList();
    }

    static JsonNode shipped(String name) {
        try {
            return JSON.readTree(DIRECTORY.resolve("avatar-" + name + ".json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode variable(JsonNode dashboard, String name) {
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (variable.path("name").asText().equals(name)) {
                return variable;
            }
        }
        throw new AssertionError(dashboard.path("uid").asText() + " has no variable " + name);
    }

    /** Panels without the titles of rows. */
    static List<JsonNode> panels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        }
        return panels;
    }

    /** All queries of all panels. */
    public static List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode dashboard : shipped()) {
            for (JsonNode panel : panels(dashboard)) {
                String noValue = panel.path("fieldConfig")
                        .path("defaults")
                        .path("noValue")
                        .asText();
                for (JsonNode target : panel.path("targets")) {
                    queries.add(new Query(
                            dashboard.path("title").asText() + ", "
                                    + panel.path("title").asText(),
                            filledIn(target),
                            noValue));
                }
            }
        }
        return queries;
    }

    /** Expression of a target with a rate interval of ten steps, or ten scrapes without a step. */
    static String filledIn(JsonNode target) {
        boolean slow = target.has("interval");
        return target.path("expr")
                .asText()
                .replace("$__rate_interval", slow ? "150s" : "20s")
                .replaceAll("\\$(job|instance|site|server)\\b", ".+");
    }
}
