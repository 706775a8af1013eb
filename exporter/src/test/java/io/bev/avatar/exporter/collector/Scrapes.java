package io.bev.avatar.exporter.collector;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.testkit.Golden;
import java.io.IOException;
import java.nio.file.Path;

/** Exposition text of a collection, and its comparison with golden files. */
public final class Scrapes {

    private Scrapes() {}

    /** Exposition of a successful collection. */
    public static String scrape(Collector collector) throws Exception {
        MetricSink sink = new MetricSink();
        collector.collect(sink);
        return text(sink);
    }

    /** Exposition of the partial result of a failed collection, whose message contains every {@code complaint}. */
    public static String failedScrape(Collector collector, String... complaint) throws IOException {
        MetricSink sink = new MetricSink();
        assertThatThrownBy(() -> collector.collect(sink))
                .isInstanceOf(PartialCollectionException.class)
                .hasMessageContainingAll(complaint);
        return text(sink);
    }

    /** Exposition of a collection, partial if it fails. */
    public static String anyScrape(Collector collector) throws Exception {
        MetricSink sink = new MetricSink();
        try {
            collector.collect(sink);
        } catch (PartialCollectionException e) {
            return text(sink);
        }
        return text(sink);
    }

    /** Compares with {@code src/test/resources/golden/NAME}, or writes that file under {@code -Dgolden.update=true}. */
    public static void assertGolden(String found, String name) throws IOException {
        Golden.check(Path.of("src/test/resources/golden", name), found);
    }

    private static String text(MetricSink sink) {
        return Expositions.text(sink);
    }
}
