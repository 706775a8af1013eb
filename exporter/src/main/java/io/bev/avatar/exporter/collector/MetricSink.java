package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the samples of one collection into metric families. A family takes HELP and type from its first sample; a
 * counter has its full exposition name, with {@code _total}.
 */
public final class MetricSink {

    private final Map<String, Family> families = new LinkedHashMap<>();

    private record Family(Type type, String help, List<Sample> samples) {}

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

    /** All families in order of first appearance. */
    public List<MetricFamilySamples> families() {
        List<MetricFamilySamples> result = new ArrayList<>(families.size());
        families.forEach((name, family) ->
                result.add(new MetricFamilySamples(name, family.type, family.help, List.copyOf(family.samples))));
        return result;
    }

    private void add(Type type, String familyName, String sampleName, String help, double value, String[] labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException(sampleName + ": labels must alternate name and value");
        }
        List<String> names = new ArrayList<>(labels.length / 2);
        List<String> values = new ArrayList<>(labels.length / 2);
        for (int i = 0; i < labels.length; i += 2) {
            names.add(labels[i]);
            values.add(labels[i + 1]);
        }
        families.computeIfAbsent(familyName, n -> new Family(type, help, new ArrayList<>()))
                .samples
                .add(new Sample(sampleName, names, values, value));
    }
}
