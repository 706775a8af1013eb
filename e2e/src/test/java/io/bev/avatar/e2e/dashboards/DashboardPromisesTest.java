package io.bev.avatar.e2e.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requirements of the dashboards beyond the linter's rules: schema, tidy layout, links, and no invented thresholds. */
class DashboardPromisesTest {

    /** Values for "near" and "reached", as used and as left of a budget: any other value would be a separate threshold. */
    private static final Set<Double> STEPS = Set.of(0.8, 1.0, 0.2, 0.0);

    static List<String> names() {
        return DashboardJson.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void dashboard_matchesSchema(String name) throws IOException {
        JsonNode dashboard = Dashboards.shipped(name);
        try (InputStream text = Objects.requireNonNull(getClass().getResourceAsStream("/dashboard.schema.yml"))) {
            Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(DashboardSource.YAML.readTree(text));
            assertThat(schema.validate(dashboard)).isEmpty();
            ObjectNode wrong = dashboard.deepCopy();
            ((ObjectNode) wrong.withArray("/panels").get(1)).put("titel", "x");
            assertThat(schema.validate(wrong))
                    .as("the schema rejects a misspelt key")
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void layout_panelsDoNotOverlap_andIdsAreUnique(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        Set<String> cells = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).as(title).isLessThanOrEqualTo(24);
            for (int x = 0; x < at.path("w").asInt(); x++) {
                for (int y = 0; y < at.path("h").asInt(); y++) {
                    String cell =
                            (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
                    assertThat(cells.add(cell))
                            .as(title + " lies over another panel at " + cell)
                            .isTrue();
                }
            }
            assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
            Set<String> refs = new HashSet<>();
            panel.path("targets")
                    .forEach(target -> assertThat(refs.add(target.path("refId").asText()))
                            .as(title)
                            .isTrue());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void links_reachEveryOtherDashboard_withTimeAndVariables(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        Set<String> uids = new HashSet<>();
        Dashboards.shipped().forEach(other -> uids.add(other.path("uid").asText()));
        assertThat(uids).hasSize(DashboardJson.NAMES.size());
        Set<String> linked = new HashSet<>();
        for (JsonNode link : dashboard.path("links")) {
            linked.add(link.path("url").asText().replace("/d/", ""));
            assertThat(link.path("keepTime").asBoolean()
                            && link.path("includeVars").asBoolean())
                    .isTrue();
        }
        Set<String> others = new HashSet<>(uids);
        others.remove(dashboard.path("uid").asText());
        assertThat(linked).isEqualTo(others);
        Matcher urls = Pattern.compile("\"url\":\"/d/([a-z-]+)\\?([^\"]*)\"")
                .matcher(dashboard.path("panels").toString());
        while (urls.find()) {
            assertThat(urls.group(1)).isIn(uids);
            assertThat(urls.group(2))
                    .startsWith("${__url_time_range}&")
                    .containsPattern("__all_variables|var-instance");
        }
    }

    /** Absent values are not shown as zero, gaps are not filled. */
    @ParameterizedTest
    @MethodSource("names")
    void absence_isNotShownAsNumber(String name) {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode panel : Dashboards.panels(dashboard)) {
            JsonNode defaults = panel.path("fieldConfig").path("defaults");
            assertThat(defaults.path("noValue").asText()).isNotBlank().doesNotContainPattern("^[0-9.]+$");
            assertThat(defaults.path("custom").path("spanNulls").asBoolean()).isFalse();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.path("expr").asText()).doesNotContain("vector(");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void thresholds_areReadFromPrometheus(String name) throws IOException {
        JsonNode dashboard = Dashboards.shipped(name);
        for (JsonNode thresholds : dashboard.findValues("thresholds")) {
            for (JsonNode step : thresholds.findValues("value")) {
                if (step.isNumber()) {
                    assertThat(step.asDouble())
                            .as("a threshold of its own; draw that of thresholds.rules.yml by `limit`")
                            .isIn(STEPS);
                }
            }
        }
        String thresholds = rules("thresholds.rules.yml");
        String ratios = rules("ratios.rules.yml");
        for (JsonNode query : dashboard.path("panels").findValues("expr")) {
            Matcher signals = Pattern.compile("avatar_threshold(:effective|_used:ratio)\\{signal=\"(\\w+)\"")
                    .matcher(query.asText());
            while (signals.find()) {
                String rules = signals.group(1).equals(":effective") ? thresholds : ratios;
                assertThat(rules).as(query.asText()).containsPattern("\\{signal: " + signals.group(2) + "[,}]");
            }
        }
    }

    /** The tests of the stack wait for the queries selected here. */
    @Test
    void queriesWithoutData_areAllowedOnlyForListedReasons() {
        List<Dashboards.Query> queries = Dashboards.queries();
        assertThat(queries.stream().filter(query -> query.mustHaveData(false)))
                .hasSizeGreaterThan(120)
                .noneMatch(query -> query.expression().contains("nvidia_"));
        assertThat(queries.stream().filter(query -> query.mustHaveData(true)))
                .anyMatch(query -> query.expression().contains("nvidia_gpu_temperature_celsius"))
                .noneMatch(query -> query.expression().contains("nvidia_gpu_xid"));
    }

    /** Shown at the top wherever GPU metrics appear. */
    @Test
    void simulatedGpu_isShownInBanner() {
        for (JsonNode dashboard : Dashboards.shipped()) {
            if (dashboard.path("uid").asText().matches("avatar-(overview|gpu)")) {
                JsonNode banner = Dashboards.panels(dashboard).get(0);
                assertThat(banner.path("gridPos").path("y").asInt()).isZero();
                assertThat(banner.path("gridPos").path("w").asInt()).isEqualTo(24);
                assertThat(banner.path("targets").path(0).path("expr").asText()).contains("nvidia_gpu_simulated");
                assertThat(banner.toString()).contains("SIMULATED GPU");
            }
        }
    }

    @Test
    void provisioning_matchesPrometheusAndDashboards() throws IOException {
        JsonNode source = yaml("grafana/provisioning/datasources/prometheus.yml")
                .path("datasources")
                .path(0);
        JsonNode prometheus = yaml("alerting-rules/prometheus.yml");
        assertThat(source.path("jsonData").path("timeInterval").asText())
                .isEqualTo(prometheus.path("global").path("scrape_interval").asText());
        for (JsonNode dashboard : Dashboards.shipped()) {
            assertThat(Dashboards.variable(dashboard, "datasource")
                            .path("current")
                            .path("value")
                            .asText())
                    .isEqualTo(source.path("uid").asText());
        }
        assertThat(prometheus.path("scrape_configs").findValues("scrape_interval"))
                .as("steps and rate intervals are reckoned from one interval")
                .isEmpty();
        JsonNode provider = yaml("grafana/provisioning/dashboards/avatar.yml")
                .path("providers")
                .path(0);
        assertThat(provider.path("allowUiUpdates").asBoolean(true)).isFalse();
    }

    private static String rules(String file) throws IOException {
        return Files.readString(
                Dashboards.GRAFANA.resolveSibling("alerting-rules").resolve(file));
    }

    private static JsonNode yaml(String file) throws IOException {
        return DashboardSource.readTree(Dashboards.GRAFANA.resolveSibling(file));
    }
}
