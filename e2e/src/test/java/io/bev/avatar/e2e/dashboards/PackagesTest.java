package io.bev.avatar.e2e.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of dashboards and rules for other importers; {@code -Dgolden.update=true} regenerates {@code rules.json}. */
class PackagesTest {

    private static final Path JSONNET = Path.of("/usr/bin/jsonnet");
    private static final Path PACKAGES = Dashboards.GRAFANA.resolve("packages");
    private static final Path RULES = Dashboards.GRAFANA.resolveSibling("alerting-rules");
    private static final int MAX_CONFIG_MAP_BYTES = 1 << 20;

    private final ObjectMapper json = new ObjectMapper();

    /** Groups of all rule files, in the order of the files. */
    private JsonNode rules() throws IOException {
        ObjectNode all = json.createObjectNode();
        ArrayNode groups = all.putArray("groups");
        List<Path> files;
        try (Stream<Path> found = Files.list(RULES)) {
            files = found.filter(file -> file.toString().endsWith(".rules.yml"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            groups.addAll((ArrayNode) DashboardSource.readTree(file).path("groups"));
        }
        return all;
    }

    private JsonNode jsonnet(String file) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(JSONNET), "needs jsonnet");
        Process process = new ProcessBuilder(
                        JSONNET.toString(), PACKAGES.resolve(file).toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return json.readTree(text);
    }

    @Test
    void rules_matchRuleFiles() throws IOException {
        Golden.check(
                PACKAGES.resolve("rules.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(rules()) + "\n");
    }

    @Test
    void mixin_equalsDashboardFiles() throws Exception {
        JsonNode dashboards = jsonnet("dashboards.jsonnet");
        assertThat(dashboards).hasSize(DashboardJson.NAMES.size());
        for (String name : DashboardJson.NAMES) {
            assertThat(dashboards.path("avatar-" + name + ".json")).isEqualTo(Dashboards.shipped(name));
        }
    }

    @Test
    void grafanaCom_asksForTheDataSource_andNamesEveryPanelType() throws Exception {
        JsonNode dashboards = jsonnet("grafana-com.jsonnet");
        for (String name : DashboardJson.NAMES) {
            JsonNode dashboard = dashboards.path("avatar-" + name + ".json");
            JsonNode input = dashboard.path("__inputs").path(0);
            assertThat(input.path("pluginId").asText()).isEqualTo("prometheus");
            assertThat(dashboard
                            .path("templating")
                            .path("list")
                            .path(0)
                            .path("current")
                            .path("value")
                            .asText())
                    .isEqualTo("${" + input.path("name").asText() + "}");
            List<String> required = dashboard.path("__requires").findValuesAsText("id");
            for (JsonNode panel : Dashboards.panels(dashboard)) {
                assertThat(required).contains(panel.path("type").asText());
            }
            assertThat(dashboard.path("panels"))
                    .isEqualTo(Dashboards.shipped(name).path("panels"));
        }
    }

    @Test
    void kubernetes_hasTheRulesAndOneConfigMapPerDashboard() throws Exception {
        JsonNode manifests = jsonnet("kubernetes.jsonnet");
        assertThat(manifests).hasSize(DashboardJson.NAMES.size() + 1);
        JsonNode rule = manifests.path(0);
        assertThat(rule.path("apiVersion").asText()).isEqualTo("monitoring.coreos.com/v1");
        assertThat(rule.path("kind").asText()).isEqualTo("PrometheusRule");
        assertThat(rule.path("spec").path("groups")).isEqualTo(rules().path("groups"));
        List<String> kinds = new ArrayList<>();
        for (JsonNode manifest : manifests) {
            kinds.add(manifest.path("kind").asText());
            assertThat(manifest.path("metadata").path("name").asText()).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
            manifest.path("data").properties().forEach(entry -> {
                String name = entry.getKey().replaceAll("avatar-|\\.json", "");
                assertThat(entry.getValue().asText().getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThan(MAX_CONFIG_MAP_BYTES);
                try {
                    assertThat(json.readTree(entry.getValue().asText())).isEqualTo(Dashboards.shipped(name));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        assertThat(kinds).filteredOn("ConfigMap"::equals).hasSize(DashboardJson.NAMES.size());
    }
}
