package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Renders {@code grafana/sources} as Grafana dashboards. Panels are placed from left to right, row by row. */
final class DashboardJson {

    /** All dashboards, in the order of their links. */
    static final List<String> NAMES = List.of("overview", "renderer", "gpu", "host", "fleet", "monitoring");

    private static final int COLUMNS = 24;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path sources;
    private final JsonNode frame;
    private final PanelJson panels;

    DashboardJson(Path sources) throws IOException {
        this.sources = sources;
        frame = DashboardSource.readTree(sources.resolve("frame.yml"));
        panels = new PanelJson(DashboardSource.readTree(sources.resolve("styles.yml")));
    }

    DashboardSource source(String name) throws IOException {
        return DashboardSource.read(sources.resolve("dashboards").resolve(name + ".yml"));
    }

    /** The text of {@code avatar-NAME.json}. */
    String render(String name) throws IOException {
        DashboardSource source = source(name);
        ObjectNode dashboard = JSON.createObjectNode();
        dashboard.put("uid", "avatar-" + name).put("title", "Avatar: " + source.title());
        dashboard.put("description", source.about().strip());
        dashboard.setAll((ObjectNode) frame.deepCopy());
        for (JsonNode annotation : dashboard.withArray("/annotations/list")) {
            if (annotation.path("target") instanceof ObjectNode target) {
                target.put("expr", PanelJson.expand(target.path("expr").asText()));
            }
        }
        addVariables(dashboard.withArray("/templating/list"), source);
        if (source.logs() != null) {
            dashboard.withArray("/templating/list").add(LogsJson.variable());
        }
        addLinks(dashboard.putArray("links"), name);
        addPanels(dashboard.putArray("panels"), source);
        removeUnusedTexts(
                dashboard.withArray("/templating/list"),
                dashboard.path("panels").toString());
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        return JSON.writer(printer).writeValueAsString(dashboard) + "\n";
    }

    private static void addVariables(ArrayNode list, DashboardSource source) {
        addVariable(list, new DashboardSource.Variable("job", "Job", "avatar_exporter_build_info, job"));
        addVariable(
                list,
                new DashboardSource.Variable(
                        "instance", "Instance", "avatar_exporter_build_info{job=~\"$job\"}, instance"));
        Objects.requireNonNull(source.variables()).forEach(variable -> addVariable(list, variable));
    }

    /** Text variables of {@code frame.yml} belong only to the dashboards that use them. */
    private static void removeUnusedTexts(ArrayNode list, String panels) {
        for (Iterator<JsonNode> variables = list.iterator(); variables.hasNext(); ) {
            JsonNode variable = variables.next();
            if (variable.path("type").asText().equals("textbox")
                    && !panels.contains("${" + variable.path("name").asText() + "}")) {
                variables.remove();
            }
        }
    }

    private static void addVariable(ArrayNode list, DashboardSource.Variable variable) {
        String query = "label_values(" + variable.values() + ")";
        ObjectNode node = list.addObject()
                .put("name", variable.name())
                .put("label", variable.label())
                .put("type", "query")
                .put("definition", query)
                .put("refresh", 2)
                .put("sort", 1)
                .put("multi", true)
                .put("includeAll", true)
                .put("allValue", ".+")
                .put("regex", "")
                .put("hide", 0)
                .put("skipUrlSync", false);
        node.set("datasource", PanelJson.datasource());
        node.putObject("query").put("query", query).put("refId", variable.name());
        node.putArray("options");
        ObjectNode current = node.putObject("current").put("selected", true);
        current.putArray("text").add("All");
        current.putArray("value").add("$__all");
    }

    private void addLinks(ArrayNode links, String self) throws IOException {
        for (String name : NAMES) {
            if (!name.equals(self)) {
                DashboardSource other = source(name);
                links.addObject()
                        .put("type", "link")
                        .put("title", other.title())
                        .put("tooltip", other.about().strip())
                        .put("url", "/d/avatar-" + name)
                        .put("icon", "dashboard")
                        .put("asDropdown", false)
                        .put("includeVars", true)
                        .put("keepTime", true)
                        .put("targetBlank", false)
                        .putArray("tags");
            }
        }
    }

    private void addPanels(ArrayNode list, DashboardSource source) {
        int y = 0;
        int row = 0;
        for (Map.Entry<String, List<PanelSource>> entry : source.rows().entrySet()) {
            row += 100; // a panel's id changes only with its row, so that links to panels stay valid
            if (!entry.getKey().isBlank()) {
                ObjectNode title = list.addObject().put("id", row).put("type", "row");
                title.put("title", entry.getKey()).put("collapsed", false);
                title.putObject("gridPos")
                        .put("x", 0)
                        .put("y", y++)
                        .put("w", COLUMNS)
                        .put("h", 1);
                title.putArray("panels");
            }
            int x = 0;
            int tallest = 0;
            int id = row;
            for (PanelSource panel : entry.getValue()) {
                if (x + panel.width() > COLUMNS) {
                    y += tallest;
                    x = 0;
                    tallest = 0;
                }
                list.add(panels.render(panel, ++id, x, y));
                x += panel.width();
                tallest = Math.max(tallest, panel.height());
            }
            y += tallest;
        }
        if (source.logs() != null) {
            list.add(LogsJson.row(source.logs(), row + 100, y));
        }
    }
}
