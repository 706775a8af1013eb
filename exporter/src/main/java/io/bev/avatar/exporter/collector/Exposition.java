package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.MetricFamilySamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Everything that one scrape answers: the collectors' readings, how each fared, and the exporter's own metrics.
 *
 * <pre>
 * avatar_exporter_collector_success{collector="redis"} 0.0
 * avatar_exporter_collector_duration_seconds{collector="redis"} 2.0012
 * avatar_exporter_collector_last_success_timestamp_seconds{collector="redis"} 1.7672256E9
 * </pre>
 */
public final class Exposition {

    private final ScrapeRunner runner;
    private final Map<String, String> off;
    private final List<Consumer<MetricSink>> ownMetrics;
    private final List<io.prometheus.client.Collector> process;
    private final FamilyMerger merger = new FamilyMerger();

    /**
     * @param off collectors that the configuration switches off, and by what: scrapes may name them, and get nothing
     * @param ownMetrics each writes some of the exporter's own metrics, from memory
     * @param process the JVM's and the process's metrics
     */
    public Exposition(
            ScrapeRunner runner,
            Map<String, String> off,
            List<Consumer<MetricSink>> ownMetrics,
            List<? extends io.prometheus.client.Collector> process) {
        this.runner = runner;
        this.off = Map.copyOf(off);
        this.ownMetrics = List.copyOf(ownMetrics);
        this.process = List.copyOf(process);
    }

    /** The collectors' names, those that are off among them. */
    public Set<String> collectors() {
        Set<String> names = new LinkedHashSet<>(runner.names());
        names.addAll(off.keySet());
        return names;
    }

    /** What is switched off, and by what. */
    public Map<String, String> off() {
        return off;
    }

    /** How each collector fared so far. */
    public List<CollectorStatus> statuses() {
        return runner.statuses();
    }

    /** Scrapes the {@code wanted} collectors within {@code budget}. */
    public List<MetricFamilySamples> scrape(Set<String> wanted, Duration budget) throws InterruptedException {
        List<CollectorResult> results = runner.scrape(wanted, budget);
        List<MetricFamilySamples> families = new ArrayList<>();
        for (CollectorResult result : results) {
            families.addAll(result.families());
        }
        MetricSink own = new MetricSink();
        for (CollectorResult result : results) {
            describe(result, own);
        }
        for (CollectorStatus status : runner.statuses()) {
            if (wanted.contains(status.collector())) {
                status.lastSuccess()
                        .ifPresent(when -> own.gauge(
                                "avatar_exporter_collector_last_success_timestamp_seconds",
                                "When the collector last succeeded, as Unix time.",
                                when.toEpochMilli() / 1e3,
                                "collector",
                                status.collector()));
            }
        }
        ownMetrics.forEach(metrics -> metrics.accept(own));
        families.addAll(own.families());
        process.forEach(source -> families.addAll(source.collect()));
        return merger.merge(families);
    }

    private static void describe(CollectorResult result, MetricSink own) {
        own.gauge(
                "avatar_exporter_collector_success",
                "Whether the collector read its source as a whole in this scrape.",
                result.success() ? 1 : 0,
                "collector",
                result.collector());
        own.gauge(
                "avatar_exporter_collector_duration_seconds",
                "How long the collector took in this scrape.",
                result.durationNanos() / 1e9,
                "collector",
                result.collector());
    }
}
