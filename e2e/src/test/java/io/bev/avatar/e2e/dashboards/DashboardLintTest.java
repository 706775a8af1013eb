package io.bev.avatar.e2e.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rules of Grafana's dashboard-linter. Methods that implement a rule of the linter have its name.
 */
class DashboardLintTest {

    /** Grafana units that fit the metrics. */
    private static final Set<String> UNITS = Set.of(
            "suffix: fps",
            "none",
            "short",
            "percentunit",
            "bytes",
            "Bps",
            "s",
            "dtdurations",
            "dateTimeFromNow",
            "celsius",
            "watt",
            "joule",
            "cps",
            "pps",
            "ops");

    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\{([^}]*)}(\\[[^]]*])?");
    private static final Pattern RANGE = Pattern.compile("\\[([^]]*)]");
    private static final Pattern BARE_NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\s*\\(|[a-zA-Z0-9_:])");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "e");

    static List<String> names() {
        return DashboardJson.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void templateDatasourceRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        JsonNode variable = Dashboards.variable(dashboard, "datasource");
        assertThat(variable.path("type").asText()).isEqualTo("datasource");
        assertThat(variable.path("query").asText()).isEqualTo("prometheus");
        assertThat(variable.path("label").asText()).isEqualTo("Data source");
    }

    @ParameterizedTest
    @MethodSource("names")
    void templateJobRule_templateInstanceRule_templateLabelPromqlRule_templateOnTimeChangeReloadRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        assertThat(Dashboards.variable(dashboard, "job").path("label").asText()).isEqualTo("Job");
        assertThat(Dashboards.variable(dashboard, "instance").path("label").asText())
                .isEqualTo("Instance");
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (variable.path("type").asText().equals("query")) {
                assertThat(variable.path("multi").asBoolean()
                                && variable.path("includeAll").asBoolean())
                        .isTrue();
                assertThat(variable.path("allValue").asText()).isEqualTo(".+");
                assertThat(variable.path("refresh").asInt())
                        .as("reloads with the time range")
                        .isEqualTo(2);
                assertThat(variable.path("definition").asText())
                        .isEqualTo(variable.path("query").path("query").asText())
                        .matches("label_values\\([a-z_]+(\\{.*})?, [a-z]+\\)");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void templateUnused(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        String text = dashboard.path("panels").toString();
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            assertThat(text).containsPattern("\\$\\{?" + variable.path("name").asText() + "\\b");
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void uneditableDashboardRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        assertThat(dashboard.path("editable").asBoolean(true)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("names")
    void panelDatasourceRule_panelTitleDescriptionRule_panelUnitsRule_panelNoTargetsRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        Set<String> titles = new HashSet<>();
        for (JsonNode panel : Dashboards.panels(dashboard)) {
            String title = panel.path("title").asText();
            assertThat(titles.add(title)).as("second panel titled " + title).isTrue();
            assertThat(panel.path("datasource").path("uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).endsWith(".");
            assertThat(unit(panel)).as(title).isIn(UNITS);
            panel.findValues("unit")
                    .forEach(unit -> assertThat(unit.asText()).as(title).isIn(UNITS));
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
            }
        }
        assertThat(titles).isNotEmpty();
    }

    /** Checks every query with promtool, as a rule. */
    @Test
    void targetPromqlRule(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/promtool")), "promtool is not installed");
        ObjectNode file = DashboardSource.YAML.createObjectNode();
        ArrayNode rules =
                file.putArray("groups").addObject().put("name", "dashboards").putArray("rules");
        for (Dashboards.Query query : Dashboards.queries()) {
            rules.addObject().put("record", "query:" + rules.size()).put("expr", query.expression());
        }
        for (JsonNode dashboard : Dashboards.shipped()) {
            for (JsonNode annotation : dashboard.path("annotations").path("list")) {
                if (annotation.has("target")) {
                    rules.addObject()
                            .put("record", "query:" + rules.size())
                            .put("expr", Dashboards.filledIn(annotation.path("target")));
                }
            }
        }
        Path written =
                Files.writeString(directory.resolve("queries.yml"), DashboardSource.YAML.writeValueAsString(file));
        Process process = new ProcessBuilder("promtool", "check", "rules", "--lint=none", written.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(rules.size()).isGreaterThan(100);
    }

    /** A panel with a fixed time window states it in its title or description. */
    @ParameterizedTest
    @MethodSource("names")
    void targetRateIntervalRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode panel : Dashboards.panels(dashboard)) {
            for (JsonNode target : panel.path("targets")) {
                Matcher ranges = RANGE.matcher(target.path("expr").asText());
                while (ranges.find()) {
                    boolean stated = (panel.path("title").asText()
                                    + panel.path("description").asText())
                            .matches(".*(10|15|ten) min.*");
                    if (!(stated && ranges.group(1).matches("1[05]m"))) {
                        assertThat(ranges.group(1))
                                .as(panel.path("title").asText())
                                .isEqualTo("$__rate_interval");
                    }
                }
            }
        }
    }

    /**
     * Every series is filtered by the selected jobs and hosts, except those without such a label: recorded series have no job, series
     * of a site or the fleet no host, and monitoring series have their own variable.
     */
    @ParameterizedTest
    @MethodSource("names")
    void targetJobRule_targetInstanceRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode panel : Dashboards.panels(dashboard)) {
            for (JsonNode target : panel.path("targets")) {
                String query = target.path("expr").asText();
                String where = panel.path("title").asText() + ": " + query;
                Matcher selectors = SELECTOR.matcher(query);
                while (selectors.find()) {
                    assertThat(selectors.group(2)).as(where).contains(expectedMatchers(selectors.group(1), query));
                }
                String rest = SELECTOR.matcher(query)
                        .replaceAll(" ")
                        .replaceAll("\"[^\"]*\"", " ")
                        .replaceAll("\\b(by|on|ignoring|group_left|group_right|without)\\s*\\([^)]*\\)", " ");
                Matcher names = BARE_NAME.matcher(rest);
                while (names.find()) {
                    if (!WORDS.contains(names.group())) {
                        assertThat(names.group())
                                .as(where + ": chosen by nothing")
                                // Of the whole fleet, or of Prometheus itself.
                                .matches("(fleet|avatar_threshold):.*");
                    }
                }
            }
        }
    }

    private static List<String> expectedMatchers(String series, String query) {
        boolean watching = series.startsWith("prometheus_") || series.startsWith("alertmanager_");
        if (watching || query.contains("job=~\"prometheus|alertmanager\"")) {
            return List.of("instance=~\"$server\"");
        }
        if (series.startsWith("site:")) {
            return List.of("site=~\"$site|\"");
        }
        if (series.startsWith("ALERTS")) {
            return List.of("$instance\"");
        }
        if (series.contains(":")) {
            return List.of("instance=~\"$instance\"");
        }
        return List.of("job=", "instance=~\"$instance\"");
    }

    @ParameterizedTest
    @MethodSource("names")
    void targetCounterAggRule(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode target : dashboard.path("panels").findValues("expr")) {
            String query = target.asText();
            Matcher selectors = SELECTOR.matcher(query);
            while (selectors.find()) {
                if (selectors.group(1).endsWith("_total")) {
                    assertThat(query.substring(0, selectors.start())).endsWith("(");
                    assertThat(query.substring(0, selectors.start())).containsPattern("(rate|increase)\\($");
                    assertThat(selectors.group(3)).as(query).isNotNull();
                }
            }
        }
    }

    /** Without a step, the rate interval would contain fewer than two samples of a job scraped every 15 s. */
    @ParameterizedTest
    @MethodSource("names")
    void ratesOfSlowJobs_haveStep(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode panel : Dashboards.panels(dashboard)) {
            for (JsonNode target : panel.path("targets")) {
                String query = target.path("expr").asText();
                if (query.contains("$server") && query.contains("$__rate_interval")) {
                    assertThat(target.path("interval").asText())
                            .as(query)
                            .isEqualTo("15s"); // scrape_interval of these jobs: see provisioning_...
                }
            }
        }
    }

    private static String unit(JsonNode panel) {
        return panel.path("fieldConfig").path("defaults").path("unit").asText();
    }
}
