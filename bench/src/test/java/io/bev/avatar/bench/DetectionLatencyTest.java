package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionLatencyTest {

    /** Seconds for delivery from Alertmanager to Redis. */
    private static final double DELIVERY_SECONDS = 0.1;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void shippedIntervals_worstCaseIsWithinFiveSeconds_exceptLongBurnRates() throws IOException {
        List<DetectionLatency.Bound> bounds = DetectionLatency.read(
                        Repository.root().resolve("alerting-rules"))
                .all();
        assertThat(bounds).hasSizeGreaterThan(50);
        for (DetectionLatency.Bound bound : bounds) {
            if (bound.alert().matches(".*BudgetBurn.* of (6h|1d|3d)")) {
                assertThat(bound.rules()).as(bound.toString()).isLessThanOrEqualTo(121);
            } else {
                assertThat(bound.total())
                        .as(bound.toString())
                        .isLessThanOrEqualTo(DetectionSummary.IN_TIME_SECONDS - DELIVERY_SECONDS);
            }
        }
    }

    @Test
    void bound_isSumOfAllDelays() throws IOException {
        Files.writeString(directory.resolve("prometheus.yml"), """
            global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 4s}
            scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 10s, scrape_timeout: 5s}]
            """);
        Files.writeString(directory.resolve("alertmanager.yml"), """
            route: {group_wait: 1s, group_interval: 2s, routes: [{receiver: avatar-y, group_interval: 500ms}, {receiver: z, group_wait: 1h}]}
            """);
        Files.writeString(directory.resolve("a.rules.yml"), """
            groups:
              - {name: r, interval: 30s, rules: [{record: 'a:b:c', expr: x}]}
              - {name: s, rules: [{record: 'a:b:d', expr: x}, {alert: A, expr: 'a:b:c > a:b:d', for: 10s, labels: {severity: info}}]}
            """);

        assertThat(DetectionLatency.read(directory).all())
                .containsExactly(new DetectionLatency.Bound("A (info)", 10 + 4, 4 + 30 + 2, 1.5));
    }
}
