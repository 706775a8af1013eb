package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Metrics of a text file, in Prometheus' text format 0.0.4. Strict: a file that a process is still writing must not be taken
 * for complete. Time stamps are rejected, as in node_exporter.
 */
public final class TextFile {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern SPACES = Pattern.compile("[ \t]+");

    private record Metric(Type type, String family, String name, String help, double value, List<String> labels) {}

    private final Map<String, Type> types = new HashMap<>();
    private final Map<String, String> helps = new HashMap<>();
    private final Set<String> series = new HashSet<>();
    private final List<Metric> metrics = new ArrayList<>();
    private final String defaultHelp;

    private TextFile(String defaultHelp) {
        this.defaultHelp = defaultHelp;
    }

    /**
     * Parses a file.
     *
     * @param defaultHelp HELP text of metrics without one
     * @throws IllegalArgumentException when the text is malformed; the message contains number and cause
     */
    public static TextFile parse(String text, String defaultHelp) {
        TextFile file = new TextFile(defaultHelp);
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line is incomplete, expected a line feed; write the file under"
                    + " another name and rename it");
        }
        int number = 0;
        for (String line : HostFiles.lines(text)) {
            number++;
            try {
                file.line(line.strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
        }
        return file;
    }

    /** Number of series. */
    int size() {
        return metrics.size();
    }

    /**
     * Checks that this file can be exported together with others.
     *
     * @throws IllegalArgumentException when it has a series of one of them, or another type for a family of them
     */
    void check(List<TextFile> others) {
        for (TextFile other : others) {
            for (Metric metric : metrics) {
                Type type = other.types.get(metric.family);
                if (type != null && type != metric.type) {
                    throw new IllegalArgumentException(
                            metric.family + " has another type in another file; use one type or one name each");
                }
            }
            for (String one : series) {
                if (other.series.contains(one)) {
                    throw new IllegalArgumentException(one + " is in another file too; remove one of them");
                }
            }
        }
    }

    /** Adds all samples. */
    public void write(MetricSink out) {
        for (Metric metric : metrics) {
            out.sample(
                    metric.type,
                    metric.family,
                    metric.help,
                    metric.name,
                    metric.value,
                    metric.labels.toArray(String[]::new));
        }
    }

    private void line(String line) {
        if (line.startsWith("#")) {
            comment(SPACES.split(line.substring(1).strip(), 3));
        } else if (!line.isEmpty()) {
            sample(line);
        }
    }

    private void comment(String[] words) {
        boolean help = words[0].equals("HELP");
        if (!help && !words[0].equals("TYPE")) {
            return;
        }
        if (words.length < 2 || !NAME.matcher(words[1]).matches()) {
            throw new IllegalArgumentException("no metric name after " + words[0]);
        }
        if (help) {
            helps.putIfAbsent(words[1], words.length > 2 ? unescape(words[2]) : "");
            return;
        }
        Type type = type(words.length > 2 ? words[2] : "");
        if (types.putIfAbsent(words[1], type) != null) {
            throw new IllegalArgumentException("a second TYPE of " + words[1] + ", or one after its samples");
        }
    }

    private static Type type(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "counter" -> Type.COUNTER;
            case "gauge" -> Type.GAUGE;
            case "histogram" -> Type.HISTOGRAM;
            case "summary" -> Type.SUMMARY;
            case "untyped" -> Type.UNKNOWN;
            default ->
                throw new IllegalArgumentException(
                        "found type '" + name + "', expected counter, gauge, histogram, summary or untyped");
        };
    }

    private void sample(String line) {
        int end = 0;
        while (end < line.length() && "{ \t".indexOf(line.charAt(end)) < 0) {
            end++;
        }
        String name = line.substring(0, end);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("found '" + name + "', expected the name of a metric");
        }
        String rest = line.substring(end).strip();
        Map<String, String> labels = new TreeMap<>();
        if (rest.startsWith("{")) {
            rest = rest.substring(labels(rest, labels)).strip();
        }
        String[] values = SPACES.split(rest, -1);
        if (values.length > 1) {
            throw new IllegalArgumentException(name + " has a time stamp, which is not supported; remove it");
        }
        double value = value(values[0]);
        if (!series.add(name + labels)) {
            throw new IllegalArgumentException("second value of " + name + labels);
        }
        String family = family(name);
        List<String> pairs = new ArrayList<>(2 * labels.size());
        labels.forEach((label, text) -> {
            pairs.add(label);
            pairs.add(text);
        });
        metrics.add(new Metric(
                types.computeIfAbsent(family, untyped -> Type.UNKNOWN),
                family,
                name,
                helps.getOrDefault(family, defaultHelp),
                value,
                pairs));
    }

    /** Name without the part of a histogram or summary. */
    private String family(String name) {
        for (String part : List.of("_bucket", "_count", "_sum")) {
            if (name.endsWith(part)) {
                String base = name.substring(0, name.length() - part.length());
                Type type = types.get(base);
                if (type == Type.HISTOGRAM || (type == Type.SUMMARY && !part.equals("_bucket"))) {
                    return base;
                }
            }
        }
        return name;
    }

    private static double value(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            case "NaN" -> Double.NaN;
            default -> {
                // Java accepts suffixes such as 1f.
                char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
                if (!Character.isDigit(last) && last != '.') {
                    throw new IllegalArgumentException("found '" + text + "', expected a number");
                }
                yield Double.parseDouble(text);
            }
        };
    }

    /**
     * Reads {@code {name="value",...}}.
     *
     * @return index after the closing brace
     */
    private static int labels(String text, Map<String, String> labels) {
        int at = 1;
        while (true) {
            at = skipSpaces(text, at);
            if (at < text.length() && text.charAt(at) == '}') {
                return at + 1;
            }
            int equals = text.indexOf('=', at);
            String name = equals < 0 ? "" : text.substring(at, equals).strip();
            int open = equals < 0 ? text.length() : skipSpaces(text, equals + 1);
            if (!LABEL.matcher(name).matches() || open >= text.length() || text.charAt(open) != '"') {
                throw new IllegalArgumentException("found '" + text.substring(Math.min(at, text.length()))
                        + "', expected a label such as name=\"value\"");
            }
            int close = open + 1;
            while (close < text.length() && text.charAt(close) != '"') {
                close += text.charAt(close) == '\\' ? 2 : 1;
            }
            if (close >= text.length()) {
                throw new IllegalArgumentException("the value of label " + name + " does not end");
            }
            if (labels.put(name, unescape(text.substring(open + 1, close))) != null) {
                throw new IllegalArgumentException("label " + name + " occurs twice");
            }
            at = skipSpaces(text, close + 1);
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
            } else if (at >= text.length() || text.charAt(at) != '}') {
                throw new IllegalArgumentException("expected ',' or '}' after label " + name);
            }
        }
    }

    private static int skipSpaces(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                plain.append(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }
}
