package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.e2e.alerting.AlertCases.Case;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each alert fires exactly when expected, with promtool. */
class AlertCasesTest {

    private static final Pattern TEST_NAME =
            Pattern.compile("(?m)^ *- name: (\\S.*?) (fires|keeps quiet|without data)$");
    private static final Pattern GOT = Pattern.compile("Labels:\\{(.*)}\\s+Annotations:\\{(.*)}");
    private static final Pattern PAIR = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** promtool evaluates at most 10,000 samples, many of which are thresholds of the hosts. */
    private static final int CASES_TOGETHER = 17;

    /** Rules that read every input of all others, over 10 min: their cases are tested with all rules, the others without. */
    private static final String AVAILABILITY = "availability.rules.yml";

    /** The generated test, to run it again by hand. */
    private final Path directory = Path.of("target").toAbsolutePath();

    @Test
    void everyAlert_hasFiringQuietAndAbsentCases() throws IOException {
        Set<String> covered = new TreeSet<>();
        AlertCases.read().forEach(c -> {
            for (String fate : List.of("fires", "keeps quiet", "without data")) {
                covered.add(c.id() + " " + fate);
            }
        });
        for (Path file : handWritten()) {
            Matcher names = TEST_NAME.matcher(Files.readString(file));
            while (names.find()) {
                covered.add(names.group(1) + " " + names.group(2));
            }
        }
        Set<String> wanted = new TreeSet<>();
        for (Rule alert : RuleFiles.alerts()) {
            for (String fate : List.of("fires", "keeps quiet", "without data")) {
                if (!alert.name().equals("AvatarWatchdog") || fate.equals("fires")) {
                    wanted.add(alert.id() + " " + fate);
                }
            }
        }
        assertThat(covered).containsAll(wanted);
    }

    @Test
    void handWrittenTests_pass() throws Exception {
        String[] command = new String[handWritten().size() + 3];
        command[0] = "promtool";
        command[1] = "test";
        command[2] = "rules";
        for (int i = 3; i < command.length; i++) {
            command[i] = handWritten().get(i - 3).toString();
        }
        RuleFiles.run(RuleFiles.DIRECTORY, command).succeeded();
    }

    @Test
    void everyFault_raisesOnlyItsAlert() throws Exception {
        Map<String, Rule> rules = RuleFiles.alerts().stream().collect(Collectors.toMap(Rule::id, rule -> rule));
        Map<String, String> healthy = AlertCases.healthy();
        Map<String, String> base = AlertCases.readByRules(healthy);
        List<Case> cases = AlertCases.read();
        List<Callable<String>> runs = new ArrayList<>();
        List<Case> others = new ArrayList<>(cases);
        List<Case> availability = cases.stream()
                .filter(one -> rule(rules, one).file().equals(AVAILABILITY))
                .toList();
        others.removeAll(availability);
        List<List<Case>> parts = new ArrayList<>(List.of(availability));
        for (int i = 0; i < others.size(); i += CASES_TOGETHER) {
            parts.add(others.subList(i, Math.min(others.size(), i + CASES_TOGETHER)));
        }
        for (List<Case> part : parts) {
            Path file = write("cases-" + parts.indexOf(part), test(part, rules, healthy, base));
            runs.add(() -> RuleFiles.run(directory, "promtool", "test", "rules", file.toString())
                    .text());
        }
        String output = String.join("", RuleFiles.twoAtATime(runs));
        // Expecting no annotations makes promtool print the actual ones; it must print nothing else.
        assertThat(output.split("\n\n"))
                .filteredOn(part -> part.contains("expr: ") || part.contains("err:") || part.contains("yaml:"))
                .isEmpty();
        checkAnnotations(cases, output);
    }

    private static StringBuilder test(
            List<Case> cases, Map<String, Rule> rules, Map<String, String> healthy, Map<String, String> base)
            throws IOException {
        StringBuilder series = new StringBuilder();
        Set<String> firing = new TreeSet<>();
        AlertCases.addHost(series, "healthy", healthy, Map.of(), Set.of());
        for (Case one : cases) {
            AlertCases.addHost(series, one.host("fires"), base, one.fires(), Set.of());
            expect(firing, one.host("fires"), one.id());
            one.also().forEach(other -> expect(firing, one.host("fires"), other));
            AlertCases.addHost(series, one.host("quiet"), base, one.quiet(), Set.of());
            one.quietAlso().forEach(other -> expect(firing, one.host("quiet"), other));
            AlertCases.addHost(series, one.host("absent"), base, Map.of(), names(one.fires()));
            if (one.canFlap(rule(rules, one))) {
                AlertCases.addHost(series, one.host("onandoff"), base, mixed(one, "%sx59 ", " %s %s"), Set.of());
                AlertCases.addHost(series, one.host("offandon"), base, mixed(one, "", " %2$s %1$s"), Set.of());
            }
        }
        boolean all = rule(rules, cases.get(0)).file().equals(AVAILABILITY);
        StringBuilder test = head("faults, each on a host of its own", all, series);
        test.append("    promql_expr_test:\n");
        samples(
                test,
                "count by (alertname, severity, window, instance) (ALERTS{alertstate=\"firing\","
                        + "alertname!=\"AvatarWatchdog\",instance!~\".*-(onandoff|offandon)\"}"
                        // An unreachable page or a missing frame also uses up its error budget.
                        + " unless ALERTS{alertname=~\".*BudgetBurn\",instance!~\".*BudgetBurn-.*\"})",
                firing.stream().map(labels -> "{" + labels + "}").toList(),
                1);
        flapping(cases, test, rules);
        annotations(cases, test);
        return test;
    }

    /** A value that alternates with every sample keeps firing without a gap, or never starts to. */
    private static void flapping(List<Case> cases, StringBuilder test, Map<String, Rule> rules) {
        for (Case one : cases) {
            Rule rule = rule(rules, one);
            if (one.canFlap(rule)) {
                String alerts = "ALERTS{alertstate=\"firing\",alertname=\"" + one.alert() + "\",severity=\""
                        + one.severity() + "\",instance=\"";
                samples(
                        test,
                        "count by (instance) (count_over_time(" + alerts + one.host("onandoff") + "\"}[8m]) >= 32)",
                        List.of("{instance=\"" + one.host("onandoff") + "\"}"),
                        1);
                if (!rule.yaml().path("for").asText("10s").equals("10s")) {
                    samples(test, alerts + one.host("offandon") + "\"}", List.of(), 1);
                }
            }
        }
    }

    private static void annotations(List<Case> cases, StringBuilder test) {
        test.append("    alert_rule_test:\n");
        for (String alert : cases.stream().map(Case::alert).collect(Collectors.toCollection(TreeSet::new))) {
            test.append("      - {eval_time: ")
                    .append(AlertCases.MINUTES)
                    .append("m, alertname: ")
                    .append(alert);
            test.append(", exp_alerts: []}\n");
        }
    }

    private static void checkAnnotations(List<Case> cases, String output) {
        Map<String, Map<String, String>> got = new LinkedHashMap<>();
        Matcher alerts = GOT.matcher(output);
        while (alerts.find()) {
            Map<String, String> labels = pairs(alerts.group(1));
            got.put(
                    (labels.get("alertname") + " " + labels.get("severity") + " " + labels.getOrDefault("window", ""))
                                    .strip()
                            + " " + labels.get("instance"),
                    pairs(alerts.group(2)));
        }
        for (Case one : cases) {
            Map<String, String> annotations = got.getOrDefault(one.id() + " " + one.host("fires"), Map.of());
            assertThat(annotations)
                    .as("annotations of " + one.id() + " in " + output)
                    .isNotNull();
            assertThat(annotations.get("description"))
                    .as("description of " + one.id())
                    .contains(one.text())
                    .doesNotContain("no value", "error");
            assertThat(annotations.get("summary")).isNotBlank().doesNotContain("no value", "error");
            assertThat(annotations.get("runbook_url")).isEqualTo("runbooks.test/" + one.alert() + ".md");
            assertThat(annotations.get("dashboard_url")).matches("dashboards\\.test/d/avatar-[a-z]+\\?var-instance=.+");
        }
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Matcher found = PAIR.matcher(text);
        while (found.find()) {
            pairs.put(found.group(1), found.group(2));
        }
        return pairs;
    }

    private static Rule rule(Map<String, Rule> rules, Case one) {
        Rule rule = rules.get(one.id());
        assertThat(rule).as(one.id() + " is in cases.yml but in no rule file").isNotNull();
        return java.util.Objects.requireNonNull(rule);
    }

    private static Map<String, String> mixed(Case one, String before, String pair) {
        Map<String, String> mixed = new LinkedHashMap<>();
        one.fires().forEach((key, value) -> {
            String other = String.valueOf(one.quiet().get(key));
            mixed.put(
                    key,
                    before.formatted(value)
                            + pair.formatted(value, other).repeat(30).strip());
        });
        return mixed;
    }

    private static Set<String> names(Map<String, String> series) {
        Set<String> names = new HashSet<>();
        series.keySet().forEach(key -> names.add(AlertCases.metric(key)));
        return names;
    }

    private static void expect(Set<String> firing, String host, String id) {
        String[] parts = id.split(" ", -1);
        String window = parts.length > 2 ? ",window=\"" + parts[2] + "\"" : "";
        firing.add("alertname=\"" + parts[0] + "\",severity=\"" + parts[1] + "\",instance=\"" + host + "\"" + window);
    }

    private static StringBuilder head(String name, boolean all, StringBuilder series) throws IOException {
        StringBuilder test = new StringBuilder("rule_files:\n");
        for (Path file : RuleFiles.files()) {
            if (!all && file.endsWith(AVAILABILITY)) {
                continue;
            }
            test.append("  - ").append(file).append('\n');
        }
        return test.append("evaluation_interval: 15s\ntests:\n  - name: ")
                .append(name)
                .append("""

                            interval: 15s
                            external_labels: {runbooks: runbooks.test, dashboards: dashboards.test}
                            input_series:
                        """)
                .append(series);
    }

    private static void samples(StringBuilder test, String expression, List<String> labels, int value) {
        test.append("      - expr: '").append(expression).append("'\n        eval_time: ");
        test.append(AlertCases.MINUTES).append("m\n        exp_samples:");
        test.append(labels.isEmpty() ? " []\n" : "\n");
        labels.forEach(label -> test.append("          - {labels: '")
                .append(label)
                .append("', value: ")
                .append(value)
                .append("}\n"));
    }

    private Path write(String name, StringBuilder test) throws IOException {
        return Files.writeString(Files.createDirectories(directory).resolve(name + ".test.yml"), test);
    }

    private static List<Path> handWritten() throws IOException {
        try (var files = Files.list(RuleFiles.DIRECTORY.resolve("tests"))) {
            return files.filter(file -> file.toString().endsWith(".test.yml"))
                    .sorted()
                    .toList();
        }
    }
}
