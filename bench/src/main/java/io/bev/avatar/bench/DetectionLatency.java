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
 * Worst-case delay of each alert beyond its condition and {@code for}, computed from the shipped configuration: the wait for the
 * next scrape and its response, for the rule groups that it depends on, for an evaluation at the end of its {@code for}, and for
 * Alertmanager.
 */
final class DetectionLatency {

    /** The exporter responds within this share of the scrape timeout. */
    private static final double SCRAPE_SHARE = 0.8;

    private static final String THRESHOLD = "avatar_threshold:";
    private static final Pattern SERIES = Pattern.compile("\\b[a-z_]+:[a-zA-Z0-9_:]+");

    /**
     * Worst case of one alert, in seconds.
     *
     * @param alert name, severity and, for alerts with several windows, window
     * @param scrape until the next scrape is in Prometheus
     * @param rules until the rules are evaluated, also at the end of the {@code for}
     * @param sending until Alertmanager sends
     */
    record Bound(String alert, double scrape, double rules, double sending) {
        double total() {
            return scrape + rules + sending;
        }
    }

    private record Rule(String group, double interval, JsonNode yaml) {}

    private final List<Bound> bounds = new ArrayList<>();

    private DetectionLatency() {}

    /**
     * Reads the configurations and rules of a directory.
     *
     * @param directory such as {@code alerting-rules}
     */
    static DetectionLatency read(Path directory) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        JsonNode prometheus = yaml.readTree(directory.resolve("prometheus.yml").toFile());
        JsonNode alertmanager =
                yaml.readTree(directory.resolve("alertmanager.yml").toFile());
        JsonNode global = prometheus.path("global");
        double evaluationInterval = seconds(global.path("evaluation_interval").asText());
        double scrape = 0;
        for (JsonNode job : prometheus.path("scrape_configs")) {
            double interval = seconds(setting(job, global, "scrape_interval"));
            double limit = seconds(setting(job, global, "scrape_timeout"));
            scrape = Math.max(scrape, interval + SCRAPE_SHARE * limit);
        }
        double sending = sending(alertmanager.path("route"));
        DetectionLatency all = new DetectionLatency();
        List<Rule> rules = rules(yaml, directory, evaluationInterval);
        Map<String, Rule> recorded = new HashMap<>();
        rules.forEach(rule -> recorded.put(rule.yaml().path("record").asText(), rule));
        for (Rule rule : rules) {
            if (rule.yaml().has("alert")) {
                AlertKey key = new AlertKey(
                        rule.yaml().path("alert").asText(),
                        rule.yaml().path("labels").path("severity").asText());
                String window = rule.yaml().path("labels").path("window").asText();
                String name = window.isEmpty() ? key.toString() : key + " of " + window;
                all.bounds.add(new Bound(name, scrape, evaluation(rule, recorded), sending));
            }
        }
        return all;
    }

    /** Wait before the first notification and before that of an alert that fires again. */
    private static double sending(JsonNode root) {
        double longest = 0;
        for (JsonNode route : root.path("routes")) {
            boolean heartbeat = route.path("matchers").toString().contains("AvatarWatchdog");
            if (route.path("receiver").asText().startsWith("avatar-") && !heartbeat) {
                longest = Math.max(
                        longest,
                        seconds(setting(route, root, "group_wait")) + seconds(setting(route, root, "group_interval")));
            }
        }
        return longest;
    }

    /** Interval of its group and of each group whose recorded series it reads, plus the rounding of its {@code for}. */
    private static double evaluation(Rule rule, Map<String, Rule> recorded) {
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

    private static List<Rule> rules(YAMLMapper yaml, Path directory, double defaultInterval) throws IOException {
        List<Rule> rules = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.rules.yml")) {
            for (Path file : files) {
                for (JsonNode group : yaml.readTree(file.toFile()).path("groups")) {
                    double interval = group.has("interval")
                            ? seconds(group.path("interval").asText())
                            : defaultInterval;
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

    /** Section of the page: alerts by worst-case delay. */
    String section() {
        Map<String, TreeSet<String>> rows = new TreeMap<>();
        for (Bound bound : bounds) {
            String numbers = String.format(
                    Locale.ROOT,
                    "%.1f | %.1f | %.1f | **%.1f**",
                    bound.scrape(),
                    bound.rules(),
                    bound.sending(),
                    bound.total());
            rows.computeIfAbsent(numbers, key -> new TreeSet<>()).add(bound.alert());
        }
        StringBuilder section = new StringBuilder("""

            ## Worst case

            Maximum delay of each alert beyond its condition and `for`, computed from `alerting-rules/`: until the next scrape is complete, until
            the rules are evaluated, and until Alertmanager sends (immediately, or after the group interval if the alert fires again within 30 s
            of its end). Delivery to Redis adds about 0.1 s. Burn rates over 6 h and longer are evaluated every 2 min.

            | alerts | scrape | rules | sending | total |
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
