package io.bev.avatar.exporter.collector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges families of the same name into one, because the exposition format allows each only once. Of two samples with
 * the same name and labels the first is kept; a family whose type differs from the first one's is dropped and logged
 * once.
 */
public final class FamilyMerger {

    private static final Logger LOG = LoggerFactory.getLogger(FamilyMerger.class);

    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    /** The families in order of first appearance, each once. */
    public List<MetricFamily> merge(Collection<MetricFamily> families) {
        Map<String, MetricFamily> merged = new LinkedHashMap<>();
        for (MetricFamily family : families) {
            merged.merge(family.name(), family, this::join);
        }
        return List.copyOf(merged.values());
    }

    private MetricFamily join(MetricFamily first, MetricFamily second) {
        if (first.type() != second.type()) {
            if (reported.add(first.name())) {
                LOG.warn(
                        "Metric {} has type {} and type {} in two collectors: the second is dropped",
                        first.name(),
                        first.type(),
                        second.type());
            }
            return first;
        }
        Set<Series> seen = new LinkedHashSet<>();
        List<Sample> samples =
                new ArrayList<>(first.samples().size() + second.samples().size());
        for (List<Sample> part : List.of(first.samples(), second.samples())) {
            for (Sample sample : part) {
                if (seen.add(sample.series())) {
                    samples.add(sample);
                }
            }
        }
        return new MetricFamily(first.header(), samples);
    }
}
