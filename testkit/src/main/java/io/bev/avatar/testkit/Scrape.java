package io.bev.avatar.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parsed exposition text.
 *
 * @param types by metric name
 * @param values by series: name and non-empty labels in alphabetical order
 */
public record Scrape(Map<String, String> types, Map<String, Double> values) {

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    /** Reads exposition text. */
    public static Scrape parse(String text) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Double> values = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                types.put(words[2], words[3]);
            }
            Matcher sample = SAMPLE.matcher(line);
            if (!line.startsWith("#") && sample.matches()) {
                TreeMap<String, String> labels = new TreeMap<>();
                Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
                while (label.find()) {
                    // Prometheus treats an empty label as missing.
                    if (!label.group(2).isEmpty()) {
                        labels.put(label.group(1), label.group(2));
                    }
                }
                values.put(sample.group(1) + labels, Double.parseDouble(sample.group(3)));
            }
        });
        return new Scrape(types, values);
    }

    /** Metric name of a series. */
    public static String name(String series) {
        return series.substring(0, series.indexOf('{'));
    }
}
