package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Series of the previous collection of one source, by family and position: most collections have the same series in the same order,
 * so that names and labels are checked and rendered once rather than in each. Contains no values. Used by one
 * collection at a time.
 */
public final class SeriesCache {

    private final Map<String, Family> families = new HashMap<>();

    /** Series of a family; all are distinct. */
    static final class Family {

        final MetricFamily.Header header;
        private final List<Series> series = new ArrayList<>(1);
        private int used;

        Family(MetricFamily.Header header) {
            this.header = header;
        }

        /** Number of series in the previous collection, at least 1. */
        int size() {
            return Math.max(1, series.size());
        }

        /** The series at the current position if it has this name and these labels. */
        @Nullable
        Series expected(String name, String[] labels) {
            if (used < series.size()) {
                Series next = series.get(used);
                return next.is(name, labels) ? next : null;
            }
            return null;
        }

        /** Continues with the next position. */
        void advance() {
            used++;
        }

        /** Sets the series at the current position, and forgets those behind it. */
        void replace(Series next) {
            series.subList(used, series.size()).clear();
            series.add(next);
            used++;
        }
    }

    /** Begins a collection; forgets what the previous one did not contain. */
    void start() {
        families.values().removeIf(family -> family.used == 0);
        families.values().forEach(family -> {
            family.series.subList(family.used, family.series.size()).clear();
            family.used = 0;
        });
    }

    Family family(String name, Type type, String help) {
        Family known = families.get(name);
        if (known == null || !known.header.is(type, help)) {
            known = new Family(new MetricFamily.Header(name, type, help));
            families.put(name, known);
        }
        return known;
    }
}
