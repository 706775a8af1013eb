package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects the samples of one collection into metric families. A family takes HELP and type from its first sample; a
 * counter has its full exposition name, with {@code _total}. A series is exported once: of samples with the same name
 * and labels the first is kept, and one whose type is not its family's is left out. Control characters in label values are replaced, since tools read the exposition by
 * line.
 */
public final class MetricSink {

    private static final char REPLACEMENT = '\uFFFD';
    private static final char DELETE = 0x7f;
    private static final char LAST_CONTROL = 0x9f;
    private static final char LINE_SEPARATOR = 0x2028;
    private static final char PARAGRAPH_SEPARATOR = 0x2029;

    private final Map<String, Family> families = new LinkedHashMap<>();

    private final List<String> duplicates = new ArrayList<>();

    private static final class Family {
        final Type type;
        final String help;
        final List<Sample> samples = new ArrayList<>(1);

        /** The series of all samples; null for at most one sample, as most families have. */
        private @Nullable Set<Series> series;

        Family(Type type, String help) {
            this.type = type;
            this.help = help;
        }

        /** Adds a sample; false if its series has one. */
        boolean add(Sample sample) {
            if (!samples.isEmpty()) {
                if (series == null) {
                    series = new HashSet<>();
                    series.add(Series.of(samples.get(0)));
                }
                if (!series.add(Series.of(sample))) {
                    return false;
                }
            }
            samples.add(sample);
            return true;
        }
    }

    private record Series(String name, List<String> labels, List<String> values) {
        /** The order of labels does not distinguish series. */
        static Series of(Sample sample) {
            List<String> labels = sample.labelNames;
            for (int i = 1; i < labels.size(); i++) {
                if (labels.get(i - 1).compareTo(labels.get(i)) > 0) {
                    Map<String, String> sorted = new TreeMap<>();
                    for (int k = 0; k < labels.size(); k++) {
                        sorted.put(labels.get(k), sample.labelValues.get(k));
                    }
                    return new Series(sample.name, List.copyOf(sorted.keySet()), List.copyOf(sorted.values()));
                }
            }
            return new Series(sample.name, labels, sample.labelValues);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(name).append('{');
            for (int i = 0; i < labels.size(); i++) {
                text.append(i == 0 ? "" : ",")
                        .append(labels.get(i))
                        .append("=\"")
                        .append(values.get(i))
                        .append('"');
            }
            return text.append('}').toString();
        }
    }

    /** Adds a gauge; {@code labels} alternate name and value. */
    public void gauge(String name, String help, double value, String... labels) {
        add(Type.GAUGE, name, name, help, value, labels);
    }

    /** Adds a counter; {@code labels} alternate name and value. */
    public void counter(String name, String help, double value, String... labels) {
        add(Type.COUNTER, name, name, help, value, labels);
    }

    /** Adds an untyped sample, for compatibility with other exporters; {@code labels} alternate name and value. */
    public void untyped(String name, String help, double value, String... labels) {
        add(Type.UNKNOWN, name, name, help, value, labels);
    }

    /**
     * Adds a histogram.
     *
     * @param upperBounds ascending, without +Inf, [n]
     * @param counts observations per bucket, not cumulative, the last one above all bounds, [n + 1]
     * @param sum sum of the observations
     */
    public void histogram(String name, String help, double[] upperBounds, long[] counts, double sum, String... labels) {
        if (counts.length != upperBounds.length + 1) {
            throw new IllegalArgumentException(
                    name + ": " + counts.length + " counts for " + upperBounds.length + " bounds, expected one more");
        }
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += counts[i];
            String bound =
                    i < upperBounds.length ? io.prometheus.client.Collector.doubleToGoString(upperBounds[i]) : "+Inf";
            String[] bucket = java.util.Arrays.copyOf(labels, labels.length + 2);
            bucket[labels.length] = "le";
            bucket[labels.length + 1] = bound;
            add(Type.HISTOGRAM, name, name + "_bucket", help, total, bucket);
        }
        add(Type.HISTOGRAM, name, name + "_count", help, total, labels);
        add(Type.HISTOGRAM, name, name + "_sum", help, sum, labels);
    }

    /**
     * Adds a summary.
     *
     * @param quantiles values by quantile label
     * @param count number of observations
     * @param sum sum of the observations
     */
    public void summary(
            String name, String help, Map<String, Double> quantiles, double count, double sum, String... labels) {
        quantiles.forEach((quantile, value) -> {
            String[] all = java.util.Arrays.copyOf(labels, labels.length + 2);
            all[labels.length] = "quantile";
            all[labels.length + 1] = quantile;
            add(Type.SUMMARY, name, name, help, value, all);
        });
        add(Type.SUMMARY, name, name + "_count", help, count, labels);
        add(Type.SUMMARY, name, name + "_sum", help, sum, labels);
    }

    /**
     * Adds a sample of any family. A counter whose name lacks {@code _total} becomes untyped: OpenMetrics would add the
     * suffix.
     *
     * @param name name of the sample, such as {@code FAMILY_bucket}
     */
    public void sample(Type type, String family, String help, String name, double value, String... labels) {
        boolean renamed = type == Type.COUNTER && !name.endsWith("_total");
        add(renamed ? Type.UNKNOWN : type, family, name, help, value, labels);
    }

    /** Adds all samples of another sink, which must not be used any more. */
    public void addAll(MetricSink other) {
        other.families.forEach((name, family) -> {
            if (families.putIfAbsent(name, family) != null) {
                family.samples.forEach(sample -> add(name, family.type, family.help, sample));
            }
        });
        duplicates.addAll(other.duplicates);
    }

    /**
     * Series that were added more than once, or with another type than their family's, as {@code name{label="value"}}; a
     * defect of the collector.
     */
    public List<String> duplicates() {
        return List.copyOf(duplicates);
    }

    /** All families in order of first appearance. */
    public List<MetricFamilySamples> families() {
        List<MetricFamilySamples> result = new ArrayList<>(families.size());
        families.forEach((name, family) -> result.add(
                new MetricFamilySamples(name, family.type, family.help, Collections.unmodifiableList(family.samples))));
        return result;
    }

    private void add(Type type, String familyName, String sampleName, String help, double value, String[] labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException(sampleName + ": labels must alternate name and value");
        }
        String[] names = new String[labels.length / 2];
        String[] values = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = labels[2 * i];
            values[i] = printable(labels[2 * i + 1]);
        }
        add(familyName, type, help, new Sample(sampleName, List.of(names), List.of(values), value));
    }

    private void add(String familyName, Type type, String help, Sample sample) {
        Family family = families.computeIfAbsent(familyName, n -> new Family(type, help));
        if (family.type != type || !family.add(sample)) {
            duplicates.add(Series.of(sample).toString());
        }
    }

    private static String printable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (unprintable(value.charAt(i))) {
                StringBuilder text = new StringBuilder(value);
                for (int k = i; k < text.length(); k++) {
                    if (unprintable(text.charAt(k))) {
                        text.setCharAt(k, REPLACEMENT);
                    }
                }
                return text.toString();
            }
        }
        return value;
    }

    /** The exposition format escapes line feeds; a tab separates no lines. */
    private static boolean unprintable(char c) {
        return (c < ' ' && c != '\n' && c != '\t')
                || (c >= DELETE && c <= LAST_CONTROL)
                || c == LINE_SEPARATOR
                || c == PARAGRAPH_SEPARATOR;
    }
}
