package io.bev.avatar.exporter.collector;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Name and labels of a series, with their text in the format of the latest scrape. Series are equal if they have the same name
 * and labels in any order. Control characters in label values are replaced, since tools read the exposition by line.
 */
public final class Series {

    private static final char REPLACEMENT = '\uFFFD';
    private static final char DELETE = 0x7f;
    private static final char LAST_CONTROL = 0x9f;
    private static final char LINE_SEPARATOR = 0x2028;
    private static final char PARAGRAPH_SEPARATOR = 0x2029;

    private final String name;

    /** Alternating names and values, as the collector passed them. */
    private final String[] given;

    /** The same with printable values; the same array if all are. */
    private final String[] labels;

    /** Text before the value; two threads may set it to the same content. */
    private volatile @Nullable Text text;

    /** A text in one format. */
    record Text(TextFormat format, byte[] bytes) {}

    /**
     * @param labels alternate name and value
     * @throws IllegalArgumentException when a name is not one of Prometheus: the whole scrape would be rejected
     */
    Series(String name, String[] labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException(name + ": labels must alternate name and value");
        }
        requireName(name, true);
        for (int i = 0; i < labels.length; i += 2) {
            requireName(labels[i], false);
        }
        this.name = name;
        this.given = labels.clone();
        this.labels = printable(given);
    }

    /** Name of the sample, such as {@code FAMILY_bucket}. */
    public String name() {
        return name;
    }

    /** Value of a label; empty if there is no such label. */
    public String label(String wanted) {
        for (int i = 0; i < labels.length; i += 2) {
            if (labels[i].equals(wanted)) {
                return labels[i + 1];
            }
        }
        return "";
    }

    /** Number of labels. */
    int labelCount() {
        return labels.length / 2;
    }

    String labelName(int index) {
        return labels[2 * index];
    }

    String labelValue(int index) {
        return labels[2 * index + 1];
    }

    /** Whether a collector that passes {@code otherName} and {@code otherLabels} means this series. */
    boolean is(String otherName, String[] otherLabels) {
        return name.equals(otherName) && Arrays.equals(given, otherLabels);
    }

    /** Name, labels and the space before the value. */
    byte[] text(TextFormat format) {
        Text known = text;
        if (known == null || known.format != format) {
            known = new Text(format, format.series(this));
            text = known;
        }
        return known.bytes;
    }

    private Map<String, String> sorted() {
        Map<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            sorted.put(labels[i], labels[i + 1]);
        }
        return sorted;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Series series
                && name.equals(series.name)
                && (Arrays.equals(labels, series.labels) || sorted().equals(series.sorted()));
    }

    @Override
    public int hashCode() {
        int hash = name.hashCode();
        for (int i = 0; i < labels.length; i += 2) {
            // The order of labels does not distinguish series.
            hash += 31 * labels[i].hashCode() ^ labels[i + 1].hashCode();
        }
        return hash;
    }

    /** {@code name{label="value"}}, labels sorted by name. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(name).append('{');
        sorted().forEach((label, value) -> line.append(line.charAt(line.length() - 1) == '{' ? "" : ",")
                .append(label)
                .append("=\"")
                .append(value)
                .append('"'));
        return line.append('}').toString();
    }

    static void requireName(String name, boolean colons) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c == ':' && colons);
            if (!letter && (i == 0 || c < '0' || c > '9')) {
                throw new IllegalArgumentException("found '" + name + "', expected a name of letters, digits and _");
            }
        }
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a metric or label has no name");
        }
    }

    private static String[] printable(String[] labels) {
        String[] result = labels;
        for (int i = 1; i < labels.length; i += 2) {
            String value = printable(labels[i]);
            if (!value.equals(labels[i])) {
                result = result == labels ? labels.clone() : result;
                result[i] = value;
            }
        }
        return result;
    }

    private static String printable(String value) {
        StringBuilder text = new StringBuilder(value);
        for (int i = 0; i < text.length(); i++) {
            if (unprintable(text.charAt(i))) {
                text.setCharAt(i, REPLACEMENT);
            }
        }
        return text.toString();
    }

    /** The exposition format escapes line feeds; a tab separates no lines. */
    private static boolean unprintable(char c) {
        return (c < ' ' && c != '\n' && c != '\t')
                || (c >= DELETE && c <= LAST_CONTROL)
                || c == LINE_SEPARATOR
                || c == PARAGRAPH_SEPARATOR;
    }
}
