package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects the samples of one collection into metric families. A family takes HELP and type from its first sample; a
 * counter has its full exposition name, with {@code _total}. A series is exported once: of samples with the same name
 * and labels the first is kept, and one whose type is not its family's is left out.
 */
public final class MetricSink {

    private static final String TOTAL = "_total";

    private final SeriesCache cache;
    private final Map<String, Family> families = new LinkedHashMap<>();

    private final List<String> duplicates = new ArrayList<>();

    /** A sink for a single collection. */
    public MetricSink() {
        this(new SeriesCache());
    }

    /** @param cache series of the previous collection of the same source, which are reused */
    public MetricSink(SeriesCache cache) {
        this.cache = cache;
        cache.start();
    }

    private static final class Family {
        private final SeriesCache.Family cached;
        final List<Sample> samples;

        /** Series of all samples; null while all are those of the previous collection, which are distinct. */
        private @Nullable Set<Series> series;

        Family(SeriesCache.Family cached) {
            this.cached = cached;
            this.samples = new ArrayList<>(cached.size());
        }

        Type type() {
            return cached.header.type();
        }

        /** Adds a sample; false if its series has one. */
        boolean add(String name, double value, String[] labels) {
            Series expected = cached.expected(name, labels);
            if (expected != null && series == null) {
                cached.advance();
                samples.add(new Sample(expected, value));
                return true;
            }
            Series added = expected == null ? new Series(name, labels) : expected;
            if (!add(new Sample(added, value))) {
                return false;
            }
            if (expected == null) {
                cached.replace(added);
            } else {
                cached.advance();
            }
            return true;
        }

        boolean add(Sample sample) {
            if (!samples.isEmpty()) {
                if (series == null) {
                    series = new HashSet<>();
                    for (Sample before : samples) {
                        series.add(before.series());
                    }
                }
                if (!series.add(sample.series())) {
                    return false;
                }
            }
            samples.add(sample);
            return true;
        }
    }

    /** Adds a gauge; {@code labels} alternate name and value. */
    public void gauge(String name, String help, double value, String... labels) {
        add(Type.GAUGE, name, name, help, value, labels);
    }

    /** Adds a counter; {@code labels} alternate name and value. */
    public void counter(String name, String help, double value, String... labels) {
        String full = name.endsWith(TOTAL) ? name : name + TOTAL;
        add(Type.COUNTER, full, full, help, value, labels);
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
            String[] bucket = Arrays.copyOf(labels, labels.length + 2);
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
            String[] all = Arrays.copyOf(labels, labels.length + 2);
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
        boolean renamed = type == Type.COUNTER && !name.endsWith(TOTAL);
        add(renamed ? Type.UNKNOWN : type, family, name, help, value, labels);
    }

    /** Adds all samples of another sink, which must not be used any more. */
    public void addAll(MetricSink other) {
        other.families.forEach((name, family) -> {
            if (families.putIfAbsent(name, family) != null) {
                family.samples.forEach(sample -> add(name, family.type(), sample));
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

    /** Adds all samples of the Java client library's families. */
    void addAll(List<MetricFamilySamples> others) {
        for (MetricFamilySamples family : others) {
            String name = family.type == Type.COUNTER ? family.name + TOTAL : family.name;
            for (MetricFamilySamples.Sample sample : family.samples) {
                String[] labels = new String[2 * sample.labelNames.size()];
                for (int i = 0; i < sample.labelNames.size(); i++) {
                    labels[2 * i] = sample.labelNames.get(i);
                    labels[2 * i + 1] = sample.labelValues.get(i);
                }
                add(family.type, name, sample.name, family.help, sample.value, labels);
            }
        }
    }

    private void add(String familyName, Type type, Sample sample) {
        Family family = Objects.requireNonNull(families.get(familyName));
        if (family.type() != type || !family.add(sample)) {
            duplicates.add(sample.series().toString());
        }
    }

    /** All families in order of first appearance. */
    public List<MetricFamily> families() {
        List<MetricFamily> result = new ArrayList<>(families.size());
        families.values()
                .forEach(family -> result.add(
                        new MetricFamily(family.cached.header, Collections.unmodifiableList(family.samples))));
        return result;
    }

    private void add(Type type, String familyName, String sampleName, String help, double value, String[] labels) {
        Family family = families.get(familyName);
        if (family == null) {
            family = new Family(cache.family(familyName, type, help));
            families.put(familyName, family);
        }
        if (family.type() != type || !family.add(sampleName, value, labels)) {
            duplicates.add(new Series(sampleName, labels).toString());
        }
    }
}
