package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the alerts report when one of their inputs vanishes, or has a value that is not finite, on an otherwise healthy host. The
 * inputs are read from the rules; {@code -Dgolden.update=true} writes the result to {@code docs/reference/alert-inputs.md}.
 */
class AlertInputsTest {

    private static final Path PAGE = RuleFiles.ROOT.resolve("docs/reference/alert-inputs.md");
    private static final List<String> FATES = List.of("absent", "NaN", "Inf");

    /** Hosts per promtool test: it evaluates at most 10,000 samples. */
    private static final int HOSTS_TOGETHER = 24;

    private static final Pattern FIRING = Pattern.compile("\\{alertname=\"Avatar(\\w+)\", instance=\"([^\"]+)\"}");
    private static final Pattern REQUIRED = Pattern.compile("__name__=~\"([^\"]+)\"");

    private final Path directory = Path.of("target").toAbsolutePath();

    @Test
    void everyInput_absentOrNotFinite_raisesAnAlert() throws Exception {
        Map<String, Set<String>> readers = readers();
        Map<String, String> healthy = AlertCases.readByRules(AlertCases.healthy());
        // Not in healthy.yml: error budgets are not evaluated until a host has been monitored for hours.
        healthy.put("process_start_time_seconds", "-86400");
        Map<String, Set<String>> fired = fired(readers.keySet(), healthy);
        String page = page(readers, fired);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }

        JsonNode optional = RuleFiles.YAML.readTree(
                RuleFiles.DIRECTORY.resolve("tests/optional-inputs.yml").toFile());
        for (String input : readers.keySet()) {
            assertThat(fired.get(input + "-absent").isEmpty())
                    .as(input + " absent: " + fired.get(input + "-absent"))
                    .isEqualTo(optional.has(input));
            assertThat(fired.get(input + "-NaN")).as(input + " NaN").isNotEmpty();
            assertThat(fired.get(input + "-Inf")).as(input + " infinite").isNotEmpty();
        }
        assertThat(page).as("run with -Dgolden.update=true").isEqualTo(Files.readString(PAGE));
    }

    @Test
    void inputsThatAreWatched_areThoseOfTheRules() {
        List<Pattern> watched = RuleFiles.rules().stream()
                .filter(rule -> rule.name().equals("instance_metric:avatar_input:sum"))
                .map(rule -> REQUIRED.matcher(rule.expression()))
                .filter(Matcher::find)
                .map(found -> Pattern.compile(found.group(1)))
                .toList();
        assertThat(watched).hasSizeGreaterThan(10);
        for (String input : readers().keySet()) {
            assertThat(watched)
                    .as(input)
                    .anyMatch(pattern -> pattern.matcher(input).matches());
        }
    }

    /** Alerts by input: a series that no rule records. */
    private static Map<String, Set<String>> readers() {
        Map<String, Set<String>> sources = new TreeMap<>();
        RuleFiles.rules().stream()
                .filter(rule -> !rule.alert())
                .forEach(rule -> sources.computeIfAbsent(rule.name(), name -> new TreeSet<>())
                        .addAll(RuleFiles.series(rule.expression())));
        Map<String, Set<String>> readers = new TreeMap<>();
        for (Rule alert : RuleFiles.alerts()) {
            Set<String> reached = new TreeSet<>();
            List<String> open = new ArrayList<>(RuleFiles.series(alert.expression()));
            while (!open.isEmpty()) {
                String name = open.remove(open.size() - 1);
                if (reached.add(name)) {
                    open.addAll(sources.getOrDefault(name, Set.of()));
                }
            }
            reached.stream()
                    .filter(name -> !name.contains(":"))
                    .forEach(name -> readers.computeIfAbsent(name, input -> new TreeSet<>())
                            .add(alert.name().substring("Avatar".length())));
        }
        return readers;
    }

    /** Names of the alerts that fire, by input and fate. */
    private Map<String, Set<String>> fired(Set<String> inputs, Map<String, String> healthy) throws Exception {
        Map<String, Set<String>> fired = new TreeMap<>();
        List<String> hosts = new ArrayList<>();
        for (String input : inputs) {
            FATES.forEach(fate -> hosts.add(input + "-" + fate));
        }
        hosts.forEach(host -> fired.put(host, new TreeSet<>()));
        List<Callable<String>> runs = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i += HOSTS_TOGETHER) {
            List<String> some = hosts.subList(i, Math.min(hosts.size(), i + HOSTS_TOGETHER));
            Path file = Files.createDirectories(directory).resolve("inputs-" + i + ".test.yml");
            Files.writeString(file, test(some, healthy));
            runs.add(() -> RuleFiles.run(directory, "promtool", "test", "rules", file.toString())
                    .text());
        }
        for (String output : RuleFiles.twoAtATime(runs)) {
            assertThat(output).contains("FAILED").doesNotContain("err:", "yaml:", "parse error");
            Matcher alerts = FIRING.matcher(output);
            while (alerts.find()) {
                fired.getOrDefault(alerts.group(2), new TreeSet<>()).add(alerts.group(1));
            }
        }
        return fired;
    }

    private static String test(List<String> hosts, Map<String, String> healthy) throws IOException {
        StringBuilder test = new StringBuilder("rule_files:\n");
        for (Path file : RuleFiles.files()) {
            // Error budgets are used up by a value that is not finite, too; that adds nothing to what is shown here.
            if (!file.endsWith("slo.rules.yml") && !file.endsWith("ratios.rules.yml")) {
                test.append("  - ").append(file).append('\n');
            }
        }
        test.append("evaluation_interval: 1m\ntests:\n  - interval: 15s\n    input_series:\n");
        for (String host : hosts) {
            String input = host.substring(0, host.lastIndexOf('-'));
            String fate = host.substring(host.lastIndexOf('-') + 1);
            Map<String, String> faults = new LinkedHashMap<>();
            healthy.forEach((series, value) -> {
                if (AlertCases.metric(series).equals(input)) {
                    String before = value.matches("-?[0-9.]+([+-][0-9.]+)?") ? value : "1";
                    faults.put(series, before + "x20 " + (fate.equals("absent") ? "stale" : fate + "x40"));
                }
            });
            if (faults.isEmpty()) {
                faults.put(input, fate.equals("absent") ? "_x60" : "_x20 " + fate + "x40");
            }
            AlertCases.addHost(test, host, healthy, faults, Set.of());
        }
        return test.append("    promql_expr_test:\n      - expr: 'count by (alertname, instance)"
                        + " (ALERTS{alertstate=\"firing\",instance=~\".*-(absent|NaN|Inf)\"})'\n"
                        + "        eval_time: 14m\n        exp_samples: []\n")
                .toString();
    }

    private static String page(Map<String, Set<String>> readers, Map<String, Set<String>> fired) throws IOException {
        JsonNode optional = RuleFiles.YAML.readTree(
                RuleFiles.DIRECTORY.resolve("tests/optional-inputs.yml").toFile());
        StringBuilder page = new StringBuilder("""
            # Inputs of the alerts

            Generated from `alerting-rules/` by `AlertInputsTest`, which puts each fault on a host of its own: the alerts that fire nine minutes
            after an input of the rules has vanished, or has become NaN or infinite, while everything else on the host is healthy. The error
            budgets are left out.

            An input that is absent on a healthy host raises no alert when it vanishes; its reason is given instead.

            | input | used by | absent | NaN | infinite |
            |---|---|---|---|---|
            """);
        readers.forEach((input, alerts) -> page.append("| `")
                .append(input)
                .append("` | ")
                .append(String.join(", ", alerts))
                .append(" | ")
                .append(
                        optional.has(input)
                                ? optional.path(input).asText()
                                : String.join(", ", fired.get(input + "-absent")))
                .append(" | ")
                .append(String.join(", ", fired.get(input + "-NaN")))
                .append(" | ")
                .append(String.join(", ", fired.get(input + "-Inf")))
                .append(" |\n"));
        return page.toString();
    }
}
