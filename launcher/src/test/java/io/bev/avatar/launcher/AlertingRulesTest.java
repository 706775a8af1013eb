package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The shipped rules and dashboards, held against promtool, amtool and each other. */
class AlertingRulesTest {

    private static final Path RULES = repository().resolve("alerting-rules");
    private static final Pattern NUMBER_COMPARED = Pattern.compile(
            "(nvidia_gpu_temperature|memory_used|cpu_busy|MemAvailable|filesystem_used|response_seconds)"
                    + "[^\\n]*\\n?\\s*[<>]=?\\s*[0-9]");

    @Test
    void rules_lint_isClean() throws Exception {
        run("promtool", "check", "rules", "--lint=all", "--lint-fatal", "thresholds.rules.yml", "avatar.rules.yml");
        run("promtool", "check", "config", "--syntax-only", "prometheus.yml");
    }

    @Test
    void rules_theirTests_pass() throws Exception {
        run("promtool", "test", "rules", "tests/avatar.test.yml", "tests/thresholds-missing.test.yml");
    }

    @Test
    void alertmanager_config_isValid() throws Exception {
        run("amtool", "check-config", "alertmanager.yml");
    }

    @Test
    void everyAlert_hasFiringAndQuietCases() throws IOException {
        String tests = Files.readString(RULES.resolve("tests/avatar.test.yml"))
                + Files.readString(RULES.resolve("tests/thresholds-missing.test.yml"));
        for (JsonNode rule : rules("avatar.rules.yml")) {
            String alert = rule.path("alert").asText();
            if (alert.isEmpty() || alert.equals("AvatarWatchdog")) {
                continue;
            }
            assertThat(tests).contains(alert + " ").contains("alertname=\"" + alert + "\"");
            assertThat(rule.path("annotations").path("summary").asText())
                    .as(alert)
                    .isNotBlank();
            assertThat(rule.path("annotations").path("description").asText())
                    .as(alert)
                    .isNotBlank();
            assertThat(rule.path("labels").path("severity").asText()).as(alert).isIn("critical", "warning", "info");
        }
    }

    @Test
    void thresholds_standInOneFileAlone() throws IOException {
        for (JsonNode rule : rules("avatar.rules.yml")) {
            assertThat(rule.path("expr").asText())
                    .as("numbers belong into thresholds.rules.yml")
                    .doesNotContainPattern(NUMBER_COMPARED);
        }
    }

    @Test
    void dashboard_everyPanel_hasTitleDescriptionUnitAndFilters() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(repository()
                        .resolve("grafana/dashboards/avatar-overview.json")
                        .toFile());
        assertThat(dashboard.path("uid").asText()).isEqualTo("avatar-overview");
        assertThat(dashboard.path("editable").asBoolean(true)).isFalse();
        for (JsonNode panel : dashboard.path("panels")) {
            if (panel.path("type").asText().equals("row")) {
                continue;
            }
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).isNotBlank();
            assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .as(title)
                    .isNotBlank();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.path("expr").asText()).as(title).contains("instance=~\"$instance\"");
            }
        }
    }

    private static List<JsonNode> rules(String file) throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        JsonNode tree = new YAMLMapper().readTree(RULES.resolve(file).toFile());
        tree.path("groups").forEach(group -> group.path("rules").forEach(rules::add));
        assertThat(rules).isNotEmpty();
        return rules;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assumeTrue(
                List.of("/usr/bin", "/usr/local/bin").stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command[0]))),
                command[0] + " is not installed");
        if (command[0].equals("promtool")) {
            assumeTrue(
                    PrometheusVersion.of("promtool").keepsFiring(),
                    "promtool is older than 2.42: it cannot read the rules");
        }
        Process process = new ProcessBuilder(command)
                .directory(RULES.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
    }

    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("avatar"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }
}
