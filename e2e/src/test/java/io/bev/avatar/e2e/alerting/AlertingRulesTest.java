package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped rules and dashboards, checked with promtool and against each other. */
class AlertingRulesTest {

    private static final String THRESHOLDS = "thresholds.rules.yml";

    /** Numbers that are not thresholds: none, all, true. */
    private static final Pattern NUMBER_COMPARED =
            Pattern.compile("(?:[<>]=?|[!=]=)\\s*(?:bool\\s*)?(?!(?:0|1)(?![0-9.]))-?[0-9]");

    private static final Pattern THRESHOLD_READ =
            Pattern.compile("avatar_threshold:effective\\{signal=['\"](\\w+)['\"],severity=['\"](\\w+)['\"]");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void rules_passLint() throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool", "check", "rules", "--lint=all", "--lint-fatal"));
        RuleFiles.files().forEach(file -> command.add(file.toString()));
        RuleFiles.run(RuleFiles.DIRECTORY, command.toArray(new String[0])).succeeded();
        RuleFiles.run(RuleFiles.DIRECTORY, "promtool", "check", "config", "--syntax-only", "prometheus.yml")
                .succeeded();
    }

    @Test
    void everyAlert_hasTextsLinksAndSeverity() {
        for (Rule alert : RuleFiles.alerts()) {
            assertThat(alert.name()).startsWith("Avatar");
            assertThat(alert.annotation("summary")).as(alert.id()).isNotBlank();
            assertThat(alert.annotation("description")).as(alert.id()).endsWith(".");
            assertThat(alert.severity()).as(alert.id()).isIn("critical", "warning", "info");
            assertThat(alert.annotation("runbook_url"))
                    .isEqualTo("{{ $externalLabels.runbooks }}/" + alert.name() + ".md");
            Matcher dashboard = Pattern.compile("\\{\\{ \\$externalLabels\\.dashboards }}/d/([a-z-]+)(\\?.*)?")
                    .matcher(alert.annotation("dashboard_url"));
            assertThat(dashboard.matches()).as(alert.id()).isTrue();
            assertThat(RuleFiles.ROOT.resolve("grafana/dashboards/" + dashboard.group(1) + ".json"))
                    .exists();
            if (alert.expression().contains("avatar_threshold:")
                    && !alert.name().equals("AvatarThresholdMissing")) {
                assertThat(alert.annotation("description")).as(alert.id()).contains("$value", "avatar_threshold:");
            }
        }
    }

    @Test
    void recovery_namesKnownActionAndLimits() throws IOException {
        Set<String> actions = new TreeSet<>();
        RuleFiles.YAML
                .readTree(RuleFiles.ROOT.resolve("avatar.yaml.example").toFile())
                .path("exporter")
                .path("recovery")
                .path("actions")
                .forEach(action -> actions.add(action.asText()));
        Set<String> asked = new TreeSet<>();
        for (Rule alert : RuleFiles.alerts()) {
            if (!alert.label("recovery").isEmpty()) {
                asked.add(alert.label("recovery"));
                assertThat(alert.annotation("cooldown")).as(alert.id()).matches("\\d+[smh]");
                assertThat(alert.annotation("max_per_hour")).as(alert.id()).matches("[1-9]\\d*");
            }
        }
        assertThat(asked).isNotEmpty().isEqualTo(actions);
    }

    @Test
    void linkBases_areOnlyInPrometheusConfiguration() throws IOException {
        JsonNode config = RuleFiles.YAML.readTree(
                RuleFiles.DIRECTORY.resolve("prometheus.yml").toFile());
        JsonNode labels = config.path("global").path("external_labels");
        assertThat(labels.path("runbooks").asText()).isNotBlank();
        assertThat(labels.path("dashboards").asText()).isNotBlank();
        String dropped = config.path("alerting")
                .path("alert_relabel_configs")
                .path(0)
                .path("regex")
                .asText();
        labels.fieldNames().forEachRemaining(label -> assertThat(label).matches(dropped));
    }

    @Test
    void thresholds_areInOneFileOnly() {
        for (Rule rule : RuleFiles.rules()) {
            if (!rule.file().equals(THRESHOLDS)) {
                assertThat(rule.expression())
                        .as(rule.id() + ": thresholds belong in " + THRESHOLDS)
                        .doesNotContainPattern(NUMBER_COMPARED);
            }
        }
    }

    @Test
    void thresholds_usedOnesHaveDefaults_andDefaultsAreUsed() {
        Set<String> defaults = new TreeSet<>();
        Set<String> effective = new TreeSet<>();
        Set<String> read = new TreeSet<>();
        for (Rule rule : RuleFiles.rules()) {
            String key = rule.label("signal") + "." + rule.severity();
            if (rule.name().equals("avatar_threshold:default")) {
                defaults.add(key);
            } else if (rule.name().equals("instance:avatar_threshold:effective")) {
                effective.add(key);
                assertThat(rule.expression()
                                .split("signal=\"" + rule.label("signal") + "\",severity=\"" + rule.severity()))
                        .as("duplicate threshold: " + key)
                        .hasSize(3);
            } else {
                Matcher thresholds = THRESHOLD_READ.matcher(rule.expression() + rule.annotation("description"));
                while (thresholds.find()) {
                    read.add(thresholds.group(1) + "." + thresholds.group(2));
                }
            }
        }
        assertThat(defaults).isNotEmpty().isEqualTo(effective).isEqualTo(read);
    }

    @Test
    void threshold_changedInItsFile_changesAlertAndRecordedSeries() throws Exception {
        for (Path file : RuleFiles.files()) {
            Files.copy(file, directory.resolve(String.valueOf(file.getFileName())));
        }
        Path thresholds = directory.resolve(THRESHOLDS);
        String text = Files.readString(thresholds);
        assertThat(text).containsOnlyOnce("vector(80)");
        Files.writeString(thresholds, text.replace("vector(80)", "vector(75)"));
        Files.writeString(directory.resolve("changed.test.yml"), """
            rule_files: ['*.rules.yml']
            evaluation_interval: 15s
            tests:
              - interval: 15s
                input_series:
                  - {series: 'up{job="avatar",instance="a"}', values: '1x20'}
                  - {series: 'nvidia_gpu_temperature_celsius{job="avatar",instance="a",gpu="0"}', values: '77x20'}
                promql_expr_test:
                  - expr: count(ALERTS{alertname="AvatarGpuTemperatureHigh",alertstate="firing"})
                    eval_time: 4m
                    exp_samples: [{labels: '{}', value: 1}]
                  - expr: sum(instance:avatar_threshold:effective{signal="gpu_temperature_celsius",severity="warning"})
                    eval_time: 4m
                    exp_samples: [{labels: '{}', value: 75}]
            """);
        RuleFiles.run(directory, "promtool", "test", "rules", "changed.test.yml")
                .succeeded();
    }

    @Test
    void alertsThatCanFlap_haveKeepFiringForOrWindow() {
        for (Rule alert : RuleFiles.alerts()) {
            if (!alert.name().equals("AvatarWatchdog") && !alert.yaml().has("keep_firing_for")) {
                assertThat(alert.expression())
                        .as(alert.id() + " has neither keep_firing_for nor a window")
                        .containsPattern("\\[(2|5|10)m]|increase10m|rate(1h|6h|1d|3d)|ratio_(1h|6h|1d|3d)|offset 1h");
            }
        }
    }

    /** The linked dashboard must show a series that the alert uses. */
    @Test
    void everyAlert_linksDashboardThatShowsItsSeries() throws IOException {
        Pattern window = Pattern.compile("(?<=error_ratio)_\\w+");
        for (Rule alert : RuleFiles.alerts()) {
            String uid = alert.annotation("dashboard_url").replaceAll(".*/d/([a-z-]+).*", "$1");
            String dashboard = Files.readString(RuleFiles.ROOT.resolve("grafana/dashboards/" + uid + ".json"));
            List<String> series = RuleFiles.series(alert.expression()).stream()
                    .filter(name -> !name.startsWith("avatar_threshold:") && !name.contains(":avatar_threshold:"))
                    .map(name -> window.matcher(name).replaceAll(""))
                    .toList();
            if (!series.isEmpty()) {
                assertThat(series).as(alert.id() + " on " + uid).anyMatch(dashboard::contains);
            }
        }
    }
}
