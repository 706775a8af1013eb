package io.bev.avatar.e2e.alerting;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table {@code tests/cases.yml} as one promtool test: a fleet in which each host has one fault, has it not quite, has it on
 * and off, or lacks the series. The host name identifies the case.
 */
final class AlertCases {

    /** Time at which all hosts are checked: 25 minutes. */
    static final int MINUTES = 25;

    private static final int STEPS = MINUTES * 4;
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern CONSTANT = Pattern.compile("-?[0-9.]+");
    private static final Pattern RISING = Pattern.compile("-?[0-9.]+[+-][0-9.]+");

    /** promtool repeats a number ({@code 1x20}), but neither NaN nor infinity. */
    private static final Pattern NOT_FINITE = Pattern.compile("(NaN|Inf)x(\\d+)");

    /** A row of the table. */
    record Case(
            int number,
            String alert,
            String severity,
            String window,
            Map<String, String> fires,
            Map<String, String> quiet,
            List<String> also,
            List<String> quietAlso,
            String text) {

        String id() {
            return (alert + " " + severity + " " + window).strip();
        }

        String host(String fate) {
            return id().replace(' ', '-') + "-" + number + "-" + fate;
        }

        /** Whether a single sample decides, so that the value can alternate. */
        boolean canFlap(Rule rule) {
            return rule.yaml().has("keep_firing_for")
                    && window.isEmpty()
                    && fires.keySet().equals(quiet.keySet())
                    && fires.values().stream().allMatch(v -> CONSTANT.matcher(v).matches())
                    && quiet.values().stream().allMatch(v -> CONSTANT.matcher(v).matches())
                    && !rule.expression().contains("[");
        }
    }

    private AlertCases() {}

    static List<Case> read() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (JsonNode row : RuleFiles.YAML.readTree(
                RuleFiles.DIRECTORY.resolve("tests/cases.yml").toFile())) {
            cases.add(new Case(
                    cases.size(),
                    row.path("alert").asText(),
                    row.path("severity").asText(),
                    row.path("window").asText(),
                    map(row.path("fires")),
                    map(row.path("quiet")),
                    list(row.path("also")),
                    list(row.path("quiet-also")),
                    row.path("text").asText()));
        }
        return cases;
    }

    /**
     * Every series of a healthy host, by name and labels: the golden expositions of the exporter's collectors, put right by
     * healthy.yml. That of a whole scrape, where what chance decides is masked, has no values to offer.
     */
    static Map<String, String> healthy() throws IOException {
        Map<String, String> put = map(RuleFiles.YAML.readTree(
                RuleFiles.DIRECTORY.resolve("tests/healthy.yml").toFile()));
        Set<String> replaced = new HashSet<>();
        put.keySet().forEach(key -> replaced.add(metric(key)));
        Map<String, String> series = new TreeMap<>(put);
        try (DirectoryStream<Path> golden =
                Files.newDirectoryStream(RuleFiles.ROOT.resolve("exporter/src/test/resources/golden"), "*.prom")) {
            for (Path file : golden) {
                if (file.endsWith("scrape.prom")) {
                    continue;
                }
                for (String line : Files.readAllLines(file)) {
                    Matcher sample = SAMPLE.matcher(line);
                    if (!line.startsWith("#") && sample.matches() && !replaced.contains(sample.group(1))) {
                        String labels = sample.group(2) == null
                                ? ""
                                : "{" + sample.group(2).replaceAll(",$", "") + "}";
                        series.put(sample.group(1) + labels, sample.group(3));
                    }
                }
            }
        }
        return series;
    }

    /**
     * Adds a host to a promtool test.
     *
     * @param faults series that replace all healthy ones of the same name
     */
    static void addHost(
            StringBuilder out, String host, Map<String, String> healthy, Map<String, String> faults, Set<String> gone) {
        Set<String> replaced = new HashSet<>(gone);
        faults.keySet().forEach(key -> replaced.add(metric(key)));
        Map<String, String> all = new LinkedHashMap<>(healthy);
        all.keySet().removeIf(key -> replaced.contains(metric(key)));
        all.putAll(faults);
        all.forEach((key, values) -> out.append("      - series: '")
                .append(labelled(key, host).replace("'", "''"))
                .append("'\n        values: '")
                .append(values(values))
                .append("'\n"));
    }

    /** Only series used by rules: all 500 series per host would make a hundred hosts slow. */
    static Map<String, String> readByRules(Map<String, String> healthy) {
        Set<String> names = new TreeSet<>();
        RuleFiles.rules().forEach(rule -> names.addAll(RuleFiles.series(rule.expression())));
        Map<String, String> kept = new TreeMap<>(healthy);
        kept.keySet().removeIf(key -> !names.contains(metric(key)));
        return kept;
    }

    static String metric(String series) {
        return series.replaceAll("\\{.*", "");
    }

    private static String labelled(String key, String host) {
        String name = metric(key);
        String job = name.matches("avatar_(endpoint|mcp)_.*") || key.contains("collector=\"mcp\"")
                ? "avatar-probes"
                : name.startsWith("alertmanager_")
                        ? "alertmanager"
                        : name.startsWith("prometheus_") ? "prometheus" : "avatar";
        String labels = key.contains("{") ? "," + key.substring(key.indexOf('{') + 1, key.length() - 1) : "";
        return name + "{job=\"" + job + "\",instance=\"" + host + "\"" + labels + "}";
    }

    private static String values(String values) {
        boolean plain = CONSTANT.matcher(values).matches()
                || RISING.matcher(values).matches()
                || values.matches("-?[0-9.]+E[0-9]+");
        if (!plain) {
            return NOT_FINITE
                    .matcher(values)
                    .replaceAll(run -> (run.group(1) + " ")
                            .repeat(Integer.parseInt(run.group(2)) + 1)
                            .strip());
        }
        String number = values.contains("E") ? new java.math.BigDecimal(values).toPlainString() : values;
        return number + "x" + STEPS;
    }

    private static Map<String, String> map(JsonNode node) {
        Map<String, String> map = new LinkedHashMap<>();
        node.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private static List<String> list(JsonNode node) {
        List<String> list = new ArrayList<>();
        node.forEach(item -> list.add(item.asText()));
        return list;
    }
}
