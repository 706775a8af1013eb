package io.bev.avatar.exporter.collector;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Content of one scrape: samples of the collectors, success and duration of each, and the exporter's own metrics.
 *
 * <pre>
 * avatar_exporter_collector_success{collector="redis"} 0.0
 * avatar_exporter_collector_duration_seconds{collector="redis"} 2.0012
 * avatar_exporter_collector_last_success_timestamp_seconds{collector="redis"} 1.7672256E9
 * </pre>
 */
public final class Exposition {

    private final ScrapeRunner runner;
    private final Map<String, String> disabled;
    private final List<Consumer<MetricSink>> ownMetrics;
    private final List<io.prometheus.client.Collector> process;
    private final FamilyMerger merger = new FamilyMerger();
    private final SeriesCache series = new SeriesCache();

    /**
     * @param disabled collectors disabled by the configuration, with the reason: scrapes may name them and get no
     * samples
     * @param ownMetrics writers of the exporter's own metrics, without I/O
     * @param process metrics of the JVM and the process
     */
    public Exposition(
            ScrapeRunner runner,
            Map<String, String> disabled,
            List<Consumer<MetricSink>> ownMetrics,
            List<? extends io.prometheus.client.Collector> process) {
        this.runner = runner;
        this.disabled = Map.copyOf(disabled);
        this.ownMetrics = List.copyOf(ownMetrics);
        this.process = List.copyOf(process);
    }

    /** Names of all collectors, including disabled ones. */
    public Set<String> collectors() {
        Set<String> names = new LinkedHashSet<>(runner.names());
        names.addAll(disabled.keySet());
        return names;
    }

    /** Disabled collectors with the reason. */
    public Map<String, String> disabled() {
        return disabled;
    }

    /** Status of each collector. */
    public List<CollectorStatus> statuses() {
        return runner.statuses();
    }

    /** Scrapes the {@code wanted} collectors within {@code budget}. */
    public List<MetricFamily> scrape(Set<String> wanted, Duration budget) throws InterruptedException {
        List<CollectorResult> results = runner.scrape(wanted, budget);
        List<MetricFamily> families = new ArrayList<>();
        for (CollectorResult result : results) {
            families.addAll(result.families());
        }
        families.addAll(own(results, wanted));
        return merger.merge(families);
    }

    private synchronized List<MetricFamily> own(List<CollectorResult> results, Set<String> wanted) {
        MetricSink own = new MetricSink(series);
        for (CollectorResult result : results) {
            describe(result, own);
        }
        for (CollectorStatus status : runner.statuses()) {
            if (wanted.contains(status.collector())) {
                status.lastSuccess()
                        .ifPresent(when -> own.gauge(
                                "avatar_exporter_collector_last_success_timestamp_seconds",
                                "Unix time of the collector's last successful collection.",
                                when.toEpochMilli() / 1e3,
                                "collector",
                                status.collector()));
            }
        }
        ownMetrics.forEach(metrics -> metrics.accept(own));
        process.forEach(source -> own.addAll(source.collect()));
        return own.families();
    }

    private static void describe(CollectorResult result, MetricSink own) {
        own.gauge(
                "avatar_exporter_collector_success",
                "1 if the collector read its source completely in this scrape.",
                result.success() ? 1 : 0,
                "collector",
                result.collector());
        own.gauge(
                "avatar_exporter_collector_duration_seconds",
                "Duration of the collection in this scrape.",
                result.durationNanos() / 1e9,
                "collector",
                result.collector());
    }
}
