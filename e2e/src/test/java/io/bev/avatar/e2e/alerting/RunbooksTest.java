package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each alert has a runbook, and every series that rules and runbooks use exists and has the expected type. */
class RunbooksTest {

    private static final Pattern HEADING = Pattern.compile("(?m)^#{2,} (.*)$");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
    private static final Pattern RATE =
            Pattern.compile("\\b(rate|increase|irate|deriv)\\(\\s*([a-zA-Z_:][a-zA-Z0-9_:]*)");
    private static final Pattern IN_RUNBOOK =
            Pattern.compile("`([a-z_]+:[a-z_0-9:]+|(?:avatar|node|nvidia|redis)_[a-z_0-9]+)");

    private static final Pattern GREPPED = Pattern.compile("9818/metrics \\| grep (\\w+)");

    /** Series of Prometheus and Alertmanager, and series that Prometheus generates. */
    private static final Map<String, String> OTHERS = Map.of(
            "up", "gauge",
            "process_start_time_seconds", "gauge",
            "prometheus_rule_evaluation_failures_total", "counter",
            "prometheus_target_scrapes_sample_duplicate_timestamp_total", "counter",
            "prometheus_target_scrapes_sample_out_of_order_total", "counter",
            "alertmanager_notifications_failed_total", "counter",
            // Only while NVML fails, so in no golden file.
            "nvidia_gpu_reading_error_since_timestamp_seconds", "gauge",
            // Named after the kernel's zones.
            "node_rapl_package_joules_total", "counter",
            "node_rapl_dram_joules_total", "counter");

    @Test
    void everyAlert_hasRunbook_andEveryRunbookHasAlert() throws IOException {
        Set<String> alerts = RuleFiles.alerts().stream().map(Rule::name).collect(Collectors.toCollection(TreeSet::new));
        try (var files = Files.list(RuleFiles.DIRECTORY.resolve("runbooks"))) {
            assertThat(files.map(file -> file.getFileName().toString().replaceAll("\\.md$", "")))
                    .containsExactlyInAnyOrderElementsOf(alerts);
        }
        for (String alert : alerts) {
            assertThat(RuleFiles.DIRECTORY.resolve("runbooks/" + alert + ".md"))
                    .content()
                    .startsWith("# " + alert + "\n");
            String text = Files.readString(RuleFiles.DIRECTORY.resolve("runbooks/" + alert + ".md"));
            assertThat(HEADING.matcher(text).results().map(heading -> heading.group(1)))
                    .as(alert)
                    .containsExactly("Meaning", "Impact", "Diagnosis", "Mitigation", "Automatic recovery");
            assertThat(text).as(alert).doesNotContainPattern("\n## [^\n]*\n+(##|$)");
            assertThat(text.substring(text.indexOf("## Impact"), text.indexOf("## Diagnosis")))
                    .as(alert + ": impact on viewers, and whether it can wait until morning")
                    .containsPattern("\n- Viewers: \\S")
                    .containsPattern("\n- Urgency: \\S");
        }
    }

    @Test
    void operations_leadFromEveryAlertToItsRowAndRunbook() throws IOException {
        List<String> rows = Files.readAllLines(RuleFiles.ROOT.resolve("docs/operations.md"));
        for (Rule alert : RuleFiles.alerts()) {
            assertThat(rows)
                    .as(alert.name())
                    .anyMatch(row -> row.startsWith("| ")
                            && row.contains("](../alerting-rules/runbooks/" + alert.name() + ".md)"));
        }
    }

    @Test
    void documentation_listsEveryAlertWithSeveritiesAndRecovery() throws IOException {
        String alerts = Files.readString(RuleFiles.ROOT.resolve("docs/alerts.md"));
        List<String> recovery = Files.readAllLines(RuleFiles.ROOT.resolve("docs/recovery.md"));
        for (Rule alert : RuleFiles.alerts()) {
            String name = alert.name().substring("Avatar".length());
            assertThat(alerts)
                    .as(alert.id())
                    .containsPattern("\\[" + name + "]\\(\\.\\./alerting-rules/runbooks/" + alert.name()
                            + "\\.md\\) \\([a-z, ]*" + alert.severity());
            String action = alert.label("recovery");
            if (!action.isEmpty()) {
                String bounds = alert.annotation("cooldown").replace("m", " min, ") + alert.annotation("max_per_hour");
                assertThat(recovery)
                        .as(alert.id())
                        .anyMatch(line -> line.contains("| `" + action + "` |")
                                && line.contains(name)
                                && line.endsWith(" " + bounds + " |"));
                assertThat(RuleFiles.DIRECTORY.resolve("runbooks/" + alert.name() + ".md"))
                        .content()
                        .containsPattern("docs/recovery\\.md|as for Avatar");
            }
        }
    }

    @Test
    void seriesOfRulesAndRunbooks_exist() throws IOException {
        Set<String> known = new TreeSet<>(types().keySet());
        RuleFiles.rules().stream().filter(rule -> !rule.alert()).map(Rule::name).forEach(known::add);
        for (Rule rule : RuleFiles.rules()) {
            assertThat(known).as(rule.id()).containsAll(RuleFiles.series(rule.expression()));
        }
        try (var files = Files.list(RuleFiles.DIRECTORY.resolve("runbooks"))) {
            for (Path file : files.toList()) {
                Matcher named = IN_RUNBOOK.matcher(Files.readString(file));
                while (named.find()) {
                    assertThat(known).as(file.toString()).contains(named.group(1));
                }
            }
        }
    }

    @Test
    void seriesInRunbookGreps_exist() throws IOException {
        Set<String> known = types().keySet();
        int found = 0;
        try (var files = Files.list(RuleFiles.DIRECTORY.resolve("runbooks"))) {
            for (Path file : files.toList()) {
                Matcher grepped = GREPPED.matcher(Files.readString(file));
                while (grepped.find()) {
                    String part = grepped.group(1);
                    assertThat(known).as(file + ": " + part).anyMatch(name -> name.contains(part));
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(15);
    }

    @Test
    void rates_areOfCounters_trendsAreOfGauges() throws IOException {
        Map<String, String> types = types();
        List<String> seen = new ArrayList<>();
        for (Rule rule : RuleFiles.rules()) {
            Matcher calls = RATE.matcher(rule.expression());
            while (calls.find()) {
                String series = calls.group(2);
                seen.add(series);
                // vmstat counters are untyped, as in node_exporter.
                String wanted = calls.group(1).equals("deriv")
                        ? "gauge"
                        : series.startsWith("node_vmstat_") ? "untyped" : "counter";
                assertThat(types).as(rule.id()).containsEntry(series, wanted);
            }
        }
        assertThat(seen).hasSizeGreaterThan(10);
    }

    /**
     * Types by name, from the golden expositions; for other metrics from calls of {@code gauge} or {@code counter} in the
     * exporter's source.
     */
    private static Map<String, String> types() throws IOException {
        Map<String, String> types = new HashMap<>(OTHERS);
        try (var golden =
                Files.newDirectoryStream(RuleFiles.ROOT.resolve("exporter/src/test/resources/golden"), "*.prom")) {
            for (Path file : golden) {
                Matcher found = TYPE.matcher(Files.readString(file));
                while (found.find()) {
                    types.put(found.group(1), found.group(2));
                    if (found.group(2).equals("histogram")) {
                        types.put(found.group(1) + "_count", "counter");
                        types.put(found.group(1) + "_bucket", "counter");
                    }
                }
            }
        }
        Pattern made = Pattern.compile("\\b(gauge|counter)\\(\\s*(?:out,\\s*)?\"([a-z]+_[a-z0-9_]+)\"");
        Pattern named = Pattern.compile("String \\w+ = \"(avatar_[a-z_]+_total)\"");
        try (var sources = Files.walk(RuleFiles.ROOT.resolve("exporter/src/main/java"))) {
            for (Path file : sources.filter(f -> f.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                made.matcher(text).results().forEach(r -> types.putIfAbsent(r.group(2), r.group(1)));
                named.matcher(text).results().forEach(r -> types.putIfAbsent(r.group(1), "counter"));
            }
        }
        return types;
    }

    /** Tests the extraction of series from an expression. */
    @Test
    void seriesOfExpression_excludeFunctionsAndLabels() {
        JsonNode rule = RuleFiles.YAML
                .createObjectNode()
                .put(
                        "expr",
                        "sum by (instance) (rate(a_total{job=\"x\"}[5m])) / on (instance) group_left () b:c unless d"
                                + " offset 1h");
        assertThat(RuleFiles.series(rule.path("expr").asText())).containsExactly("a_total", "b:c", "d");
    }
}
