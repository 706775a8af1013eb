package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.collector.CollectorResult;
import io.bev.avatar.exporter.collector.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** Samples of one collection, indexed by metric name. */
final class SampleLookup {

    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();
    private final Map<String, CollectorError> errors = new LinkedHashMap<>();

    SampleLookup(List<CollectorResult> results) {
        for (CollectorResult result : results) {
            result.error().ifPresent(error -> errors.put(result.collector(), error));
            result.families()
                    .forEach(family -> family.samples()
                            .forEach(sample -> samples.computeIfAbsent(sample.name(), name -> new ArrayList<>())
                                    .add(sample)));
        }
    }

    /** Why a collector failed; empty when it succeeded. */
    Optional<CollectorError> error(String collector) {
        return Optional.ofNullable(errors.get(collector));
    }

    /** All samples of a metric. */
    List<Sample> all(String name) {
        return samples.getOrDefault(name, List.of());
    }

    /** Value of the first sample of a metric. */
    OptionalDouble value(String name) {
        return value(name, sample -> true);
    }

    /** Value of the first sample of a metric with the given label value. */
    OptionalDouble value(String name, String label, String wanted) {
        return value(name, sample -> sample.label(label).equals(wanted));
    }

    private OptionalDouble value(String name, Predicate<Sample> which) {
        return all(name).stream()
                .filter(which)
                .mapToDouble(sample -> sample.value())
                .findFirst();
    }
}
