package io.bev.avatar.e2e.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Renders panels as Grafana's JSON. In queries, {@code $here} means the selected jobs and hosts, {@code $host} the selected
 * hosts (recorded series have no job), {@code $any} the selected hosts and series without a host.
 */
final class PanelJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Types that show one instant rather than a time range. */
    private static final Set<String> INSTANT = Set.of("stat", "label", "bargauge", "table");

    /** Minimum upper end of an axis, by unit: with nothing but zeros, Grafana's axis ends at 100, for ratios at 10,000 %. */
    private static final Map<String, JsonNode> ZERO_RANGE =
            Map.of("none", JSON.numberNode(1), "cps", JSON.numberNode(0.1), "percentunit", JSON.numberNode(0.01));

    private static final Set<String> ADDITIONS = Set.of("overrides", "transformations", "links");
    private static final Pattern GPU = Pattern.compile("nvidia_|_nvml_");
    private static final String USED = "instance:avatar_threshold_used:ratio";
    private static final String EFFECTIVE = "instance:avatar_threshold:effective";

    private final JsonNode styles;

    PanelJson(JsonNode styles) {
        this.styles = styles;
    }

    static String expand(String query) {
        return query.replaceAll("\\$here\\b", "job=~\"\\$job\",instance=~\"\\$instance\"")
                .replaceAll("\\$host\\b", "instance=~\"\\$instance\"")
                .replaceAll("\\$any\\b", "instance=~\"|\\$instance\"")
                .strip();
    }

    static ObjectNode datasource() {
        return JSON.objectNode().put("type", "prometheus").put("uid", "${datasource}");
    }

    ObjectNode render(PanelSource source, int id, int x, int y) {
        String type = source.kind();
        ObjectNode panel = JSON.objectNode().put("id", id).put("type", type);
        panel.put("title", source.title()).put("description", source.about().strip());
        panel.set("datasource", datasource());
        panel.putObject("gridPos")
                .put("x", x)
                .put("y", y)
                .put("w", source.width())
                .put("h", source.height());
        panel.set("targets", targets(source));
        lay(panel, preset("types", type));
        if (source.style() != null) {
            lay(panel, preset("styles", source.style()));
        }
        ObjectNode defaults = object(object(panel, "fieldConfig"), "defaults");
        defaults.put("unit", source.unit());
        if (type.equals("timeseries") && ZERO_RANGE.containsKey(source.unit())) {
            object(defaults, "custom").set("axisSoftMax", ZERO_RANGE.get(source.unit()));
        }
        defaults.put("noValue", whenEmpty(source));
        object(panel, "fieldConfig").set("overrides", overrides(source, type));
        if (source.limit() != null) {
            lay(panel, preset("limits", source.limitInLegend() ? "legend" : type));
        }
        if (type.equals("table")) {
            panel.set("transformations", columns(source));
        }
        if (source.opens() != null) {
            panel.putArray("links").add(link(source.opens()));
        }
        if (source.json() != null) {
            lay(panel, source.json());
        }
        return panel;
    }

    private static String whenEmpty(PanelSource source) {
        if (source.noValue() != null) {
            return source.noValue();
        }
        boolean gpu = source.allQueries().stream()
                .allMatch(query -> GPU.matcher(query.query()).find());
        return gpu ? Dashboards.NO_GPU : Dashboards.NO_DATA;
    }

    private ArrayNode targets(PanelSource source) {
        ArrayNode targets = JSON.arrayNode();
        char ref = 'A';
        for (PanelSource.Query query : source.allQueries()) {
            targets.add(target(String.valueOf(ref++), query, source.kind()));
        }
        if (source.limit() != null) {
            boolean line = source.kind().equals("timeseries");
            String hosts = "{signal=\"" + source.limit() + "\",$host}";
            PanelSource.Query limit = new PanelSource.Query(
                    line ? lines(EFFECTIVE + hosts) : "max(" + USED + hosts + ")",
                    line ? "{{severity}} limit {{of}}" : "of threshold",
                    null,
                    null,
                    null,
                    null,
                    false);
            targets.add(target("Limit", limit, source.kind()));
        }
        return targets;
    }

    /** One line per severity for all hosts; the lowest and the highest threshold if they differ. */
    private static String lines(String thresholds) {
        String lowest = "min by (severity) (" + thresholds + ")";
        String highest = "max by (severity) (" + thresholds + ")";
        return lowest + " or label_replace(" + highest + " > " + lowest + ", \"of\", \"(highest)\", \"\", \"\")";
    }

    private static ObjectNode target(String ref, PanelSource.Query query, String type) {
        boolean instant = INSTANT.contains(type);
        ObjectNode target = JSON.objectNode().put("refId", ref);
        target.set("datasource", datasource());
        target.put("editorMode", "code").put("expr", expand(query.query()));
        target.put("legendFormat", query.legend() != null ? query.legend() : defaultLegend(type));
        target.put("format", type.equals("table") || type.equals("heatmap") ? type : "time_series");
        target.put("instant", instant).put("range", !instant);
        if (query.step() != null) {
            target.put("interval", query.step());
        }
        return target;
    }

    private static String defaultLegend(String type) {
        return switch (type) {
            case "heatmap" -> "{{le}}";
            case "stat", "trend" -> "now";
            default -> "";
        };
    }

    private ArrayNode overrides(PanelSource source, String type) {
        ArrayNode overrides = JSON.arrayNode();
        if (type.equals("table")) {
            for (PanelSource.Query query : source.allQueries()) {
                if (query.name() != null && (query.unit() != null || query.style() != null)) {
                    overrides.add(column(query.name(), query));
                }
            }
        } else if (source.names() != null) {
            source.names()
                    .forEach((series, name) ->
                            override(overrides, "byName", series).add(property("displayName", JSON.textNode(name))));
        }
        char ref = 'A';
        for (PanelSource.Query query : source.allQueries()) {
            if (query.dashed()) {
                overrides
                        .addObject()
                        .<ObjectNode>set("matcher", matcher("byFrameRefID", String.valueOf(ref)))
                        .set("properties", styles.path("dashed").deepCopy());
            }
            ref++;
        }
        return overrides;
    }

    private ObjectNode column(String name, PanelSource.Query query) {
        ArrayNode holder = JSON.arrayNode();
        ArrayNode properties = override(holder, "byName", name);
        if (query.unit() != null) {
            properties.add(property("unit", JSON.textNode(query.unit())));
        }
        if (query.style() != null) {
            JsonNode defaults =
                    preset("styles", query.style()).path("fieldConfig").path("defaults");
            defaults.properties().forEach(entry -> properties.add(property(entry.getKey(), entry.getValue())));
            properties.add(property(
                    "custom.cellOptions",
                    JSON.objectNode().put("type", "color-background").put("mode", "basic")));
        }
        return (ObjectNode) holder.get(0);
    }

    private static ArrayNode override(ArrayNode overrides, String matcher, String options) {
        ObjectNode override = overrides.addObject();
        override.set("matcher", matcher(matcher, options));
        return override.putArray("properties");
    }

    private static ObjectNode matcher(String id, String options) {
        return JSON.objectNode().put("id", id).put("options", options);
    }

    private static ObjectNode property(String id, JsonNode value) {
        return JSON.objectNode().put("id", id).set("value", value);
    }

    /** One line per host (or the first label of {@code names}) with only the named columns. */
    private static ArrayNode columns(PanelSource source) {
        Map<String, String> labels = Objects.requireNonNull(source.names(), source.title() + ": a table needs `names`");
        List<PanelSource.Query> queries = source.allQueries();
        ArrayNode steps = JSON.arrayNode();
        if (queries.size() > 1) {
            ObjectNode join = steps.addObject().put("id", "joinByField");
            join.putObject("options")
                    .put("byField", labels.keySet().iterator().next())
                    .put("mode", "outer");
        }
        ObjectNode filter = steps.addObject().put("id", "filterFieldsByName");
        ArrayNode kept = filter.putObject("options").putObject("include").putArray("names");
        ObjectNode organize = steps.addObject().put("id", "organize");
        ObjectNode options = organize.putObject("options");
        options.putObject("excludeByName");
        ObjectNode order = options.putObject("indexByName");
        ObjectNode renamed = options.putObject("renameByName");
        labels.forEach((label, name) -> {
            kept.add(label);
            order.put(label, order.size());
            renamed.put(label, name);
        });
        for (int i = 0; i < queries.size(); i++) {
            String field = queries.size() == 1 ? "Value" : "Value #" + (char) ('A' + i);
            if (queries.get(i).name() != null) {
                kept.add(field);
                order.put(field, order.size());
                renamed.put(field, queries.get(i).name());
            }
        }
        return steps;
    }

    private static ObjectNode link(String dashboard) {
        // Time and variables are in the URL: the fields for them work only in dashboard links.
        ObjectNode link = JSON.objectNode()
                .put("type", "link")
                .put("title", "More: " + dashboard)
                .put("tooltip", "")
                .put("url", "/d/avatar-" + dashboard + "?${__url_time_range}&${__all_variables}")
                .put("icon", "dashboard")
                .put("asDropdown", false)
                .put("includeVars", false)
                .put("keepTime", false)
                .put("targetBlank", false);
        link.putArray("tags");
        return link;
    }

    private JsonNode preset(String kind, String name) {
        JsonNode found = styles.path(kind).path(name);
        if (found.isMissingNode()) {
            throw new IllegalArgumentException("styles.yml has no " + name + " among its " + kind);
        }
        return found;
    }

    private static ObjectNode object(ObjectNode parent, String name) {
        return parent.has(name) ? (ObjectNode) parent.get(name) : parent.putObject(name);
    }

    /** Merges an object into another: objects are merged, lists are appended, everything else is replaced. */
    private static void lay(ObjectNode under, JsonNode over) {
        over.properties().forEach(entry -> {
            JsonNode below = under.get(entry.getKey());
            if (below instanceof ObjectNode object && entry.getValue().isObject()) {
                lay(object, entry.getValue());
            } else if (below instanceof ArrayNode list && ADDITIONS.contains(entry.getKey())) {
                list.addAll((ArrayNode) entry.getValue().deepCopy());
            } else {
                under.set(entry.getKey(), entry.getValue().deepCopy());
            }
        });
    }
}
