package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How late an alert can be beyond its condition and {@code for}, reckoned from the shipped configuration: the wait for the next
 * scrape and its answer, for the groups of rules that it passes, for an evaluation at the end of its {@code for}, and for
 * Alertmanager.
 */
final class DetectionLatency {

    /** The exporter answers within this share of a scrape's time limit. */
    private static final double SCRAPE_SHARE = 0.8;

    private static final String THRESHOLD = "avatar_threshold:";
    private static final Pattern SERIES = Pattern.compile("\\b[a-z_]+:[a-zA-Z0-9_:]+");

    /**
     * The worst case of one alert, in seconds.
     *
     * @param alert name, severity and, where there are several, window
     * @param reading until what a scrape reads is in Prometheus
     * @param looking until the rules evaluate it, and evaluate it at the end of the {@code for}
     * @param telling until Alertmanager sends it
     */
    record Bound(String alert, double reading, double looking, double telling) {
        double total() {
            return reading + looking + telling;
        }
    }

    private record Rule(String group, double interval, JsonNode yaml) {}

    private final List<Bound> bounds = new ArrayList<>();

    private DetectionLatency() {}

    /**
     * Reads the configurations and rules of a directory.
     *
     * @param folder such as {@code alerting-rules}
     */
    static DetectionLatency read(Path folder) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        JsonNode prometheus = yaml.readTree(folder.resolve("prometheus.yml").toFile());
        JsonNode alertmanager = yaml.readTree(folder.resolve("alertmanager.yml").toFile());
        JsonNode global = prometheus.path("global");
        double look = seconds(global.path("evaluation_interval").asText());
        double reading = 0;
        for (JsonNode job : prometheus.path("scrape_configs")) {
            double interval = seconds(setting(job, global, "scrape_interval"));
            double limit = seconds(setting(job, global, "scrape_timeout"));
            reading = Math.max(reading, interval + SCRAPE_SHARE * limit);
        }
        double telling = telling(alertmanager.path("route"));
        DetectionLatency all = new DetectionLatency();
        List<Rule> rules = rules(yaml, folder, look);
        Map<String, Rule> recorded = new HashMap<>();
        rules.forEach(rule -> recorded.put(rule.yaml().path("record").asText(), rule));
        for (Rule rule : rules) {
            if (rule.yaml().has("alert")) {
                AlertKey key = new AlertKey(
                        rule.yaml().path("alert").asText(),
                        rule.yaml().path("labels").path("severity").asText());
                String window = rule.yaml().path("labels").path("window").asText();
                String name = window.isEmpty() ? key.toString() : key + " of " + window;
                all.bounds.add(new Bound(name, reading, looking(rule, recorded), telling));
            }
        }
        return all;
    }

    /** On the way to the exporter: before the first notification, and before the next one of an alert that fires again. */
    private static double telling(JsonNode root) {
        double longest = 0;
        for (JsonNode route : root.path("routes")) {
            boolean signOfLife = route.path("matchers").toString().contains("AvatarWatchdog");
            if (route.path("receiver").asText().startsWith("avatar-") && !signOfLife) {
                longest = Math.max(
                        longest,
                        seconds(setting(route, root, "group_wait")) + seconds(setting(route, root, "group_interval")));
            }
        }
        return longest;
    }

    /** The interval of its group, that of each group whose records it reads, and what its {@code for} is rounded up by. */
    private static double looking(Rule rule, Map<String, Rule> recorded) {
        double seconds = rule.interval();
        Map<String, Double> others = new HashMap<>();
        Matcher series = SERIES.matcher(rule.yaml().path("expr").asText());
        while (series.find()) {
            Rule from = recorded.get(series.group());
            if (from != null
                    && !from.group().equals(rule.group())
                    && !series.group().contains(THRESHOLD)) {
                others.put(from.group(), from.interval());
            }
        }
        seconds += others.values().stream().mapToDouble(Double::doubleValue).sum();
        double rest = seconds(rule.yaml().path("for").asText("0s")) % rule.interval();
        return seconds + (rest == 0 ? 0 : rule.interval() - rest);
    }

    private static List<Rule> rules(YAMLMapper yaml, Path folder, double look) throws IOException {
        List<Rule> rules = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.rules.yml")) {
            for (Path file : files) {
                for (JsonNode group : yaml.readTree(file.toFile()).path("groups")) {
                    double interval = group.has("interval")
                            ? seconds(group.path("interval").asText())
                            : look;
                    group.path("rules")
                            .forEach(rule ->
                                    rules.add(new Rule(group.path("name").asText(), interval, rule)));
                }
            }
        }
        return rules;
    }

    private static String setting(JsonNode job, JsonNode global, String key) {
        return job.path(key).asText(global.path(key).asText());
    }

    private static double seconds(String text) {
        Duration duration = ShortenedRules.duration(text);
        return duration.toMillis() / 1000.0;
    }

    List<Bound> all() {
        return List.copyOf(bounds);
    }

    /** A section of the page: the alerts by how late they can be. */
    String section() {
        Map<String, TreeSet<String>> rows = new TreeMap<>();
        for (Bound bound : bounds) {
            String numbers = String.format(
                    Locale.ROOT,
                    "%.1f | %.1f | %.1f | **%.1f**",
                    bound.reading(),
                    bound.looking(),
                    bound.telling(),
                    bound.total());
            rows.computeIfAbsent(numbers, key -> new TreeSet<>()).add(bound.alert());
        }
        StringBuilder section = new StringBuilder("""

                ## At worst

                What each alert can be late by, beyond its condition and `for`, reckoned from `alerting-rules/`: until the next scrape has
                been answered, until the rules have looked, until Alertmanager sends (at once, or soon when the alert fires again within half a
                minute of its end). The way to Redis, some 0.1 s, comes on top. The burn
                rates over 6 h and more are no matter of seconds and are looked at every two minutes.

                | alerts | reading | rules | sending | together |
                |---|---:|---:|---:|---:|
                """);
        rows.entrySet().stream()
                .sorted((a, b) -> b.getValue().size() - a.getValue().size())
                .forEach(row -> section.append("| ")
                        .append(String.join(", ", row.getValue()))
                        .append(" | ")
                        .append(row.getKey())
                        .append(" |\n"));
        return section.toString();
    }
}
