package io.bev.avatar.exporter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics of a scrape as a page of the documentation: name, type, unit, labels and HELP text of each family. */
final class MetricsReference {

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern PART = Pattern.compile("_(bucket|sum|count|created)$");

    /** Units that metric names end with, before {@code _total}. */
    private static final Pattern UNIT =
            Pattern.compile("_(bytes|seconds|ratio|celsius|watts|joules|hertz|volts|pixels|fps)"
                    + "(?:_(?:total|min|max|limit|used|committed|init))?$");

    /** Sections by prefix, in the order of the page; the first match counts. */
    private static final Map<String, String> SECTIONS = sections();

    private static Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("nvidia_", "GPU");
        sections.put("avatar_exporter_", "Exporter");
        sections.put("avatar_", "Avatar: renderer, endpoint, MCP server, alerts and recovery");
        sections.put("node_", "Host");
        sections.put("redis_", "Redis");
        sections.put("systemd_", "systemd units");
        sections.put("", "Process and JVM of the exporter");
        return sections;
    }

    private static final class Family {
        String type = "untyped";
        String help = "";
        final Set<String> labels = new LinkedHashSet<>();
    }

    private MetricsReference() {}

    /**
     * @param scrape exposition text of all sources
     * @param other exposition text of sources in other configurations, such as a Redis cluster
     */
    static String page(String scrape, String other) {
        Map<String, Family> families = families(scrape);
        Map<String, Family> others = families(other);
        others.keySet().removeAll(families.keySet());
        Map<String, List<String>> rows = new LinkedHashMap<>();
        SECTIONS.values().forEach(title -> rows.put(title, new ArrayList<>()));
        families.forEach((name, family) ->
                rows.computeIfAbsent(section(name), title -> new ArrayList<>()).add(row(name, family)));
        List<String> rest = new ArrayList<>();
        others.forEach((name, family) -> rest.add(row(name, family)));
        rows.put("Other configurations", rest);

        StringBuilder page = new StringBuilder("""
                # Metrics

                Metrics of `http://127.0.0.1:9818/metrics`. This page is generated from a scrape with a simulated GPU, Redis 7.0 and all other
                sources; `mvn test -Dtest='*Golden*' -Dgolden.update=true` recreates it, and a test fails when it is out of date.

                A metric whose value is unavailable is absent. [Other configurations](#other-configurations) has the metrics of a Redis cluster or
                replica, of Sentinel, other servers and versions of Redis, of Redis with errors, latency spikes or consumers, of
                `exporter.host-collectors` and of `exporter.dcgm-names`. GPUs with memory health readings have further
                [metrics](../exporter.md#gpu-metrics-that-depend-on-the-model). For a comparison with node_exporter and redis_exporter see [exporter-parity](../exporter-parity.md). Timestamps are in seconds since 1970; ratios are between 0 and 1
                unless stated otherwise.
                """);
        rows.forEach((title, lines) -> page.append("\n## ")
                .append(title)
                .append("\n\n| metric | type | unit | labels | description |\n|---|---|---|---|---|\n")
                .append(String.join("", lines)));
        return page.toString();
    }

    private static Map<String, Family> families(String scrape) {
        Map<String, Family> families = new TreeMap<>();
        for (String line : scrape.split("\n", -1)) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                family(families, words[2]).help = words.length > 3 ? words[3] : "";
            } else if (line.startsWith("# TYPE ")) {
                family(families, words[2]).type = words[3];
            } else if (!line.startsWith("#") && !line.isBlank()) {
                addLabels(families, line);
            }
        }
        return families;
    }

    private static void addLabels(Map<String, Family> families, String line) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("found " + line + ", expected a sample");
        }
        String name = sample.group(1);
        String whole = PART.matcher(name).replaceFirst("");
        Family family = family(families, families.containsKey(name) ? name : whole);
        if (sample.group(2) != null) {
            LABEL.matcher(sample.group(2)).results().forEach(label -> family.labels.add("`" + label.group(1) + "`"));
        }
    }

    private static Family family(Map<String, Family> families, String name) {
        return families.computeIfAbsent(name, key -> new Family());
    }

    private static String section(String name) {
        return SECTIONS.entrySet().stream()
                .filter(section -> name.startsWith(section.getKey()))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static String row(String name, Family family) {
        return "| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                        name,
                        family.type,
                        unit(name),
                        String.join(", ", family.labels),
                        family.help.replace("\\n", " ").replace("\\\\", "\\").replace("|", "\\|"));
    }

    private static String unit(String name) {
        Matcher unit = UNIT.matcher(name);
        return unit.find() ? unit.group(1) : "";
    }
}
