package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionLatencyTest {

    /** Share of the five seconds for the path from Alertmanager to Redis. */
    private static final double WAY_TO_REDIS = 0.1;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void shippedIntervals_leaveEachAlertFiveSecondsAtMost_butBurnRatesOfHours() throws IOException {
        List<DetectionLatency.Bound> bounds =
                DetectionLatency.read(repository().resolve("alerting-rules")).all();
        assertThat(bounds).hasSizeGreaterThan(50);
        for (DetectionLatency.Bound bound : bounds) {
            if (bound.alert().matches(".*BudgetBurn.* of (6h|1d|3d)")) {
                assertThat(bound.looking()).as(bound.toString()).isLessThanOrEqualTo(121);
            } else {
                assertThat(bound.total())
                        .as(bound.toString())
                        .isLessThanOrEqualTo(DetectionTable.IN_TIME_SECONDS - WAY_TO_REDIS);
            }
        }
    }

    @Test
    void bound_isTheSumOfAllWaits() throws IOException {
        Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 4s}
                scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 10s, scrape_timeout: 5s}]
                """);
        Files.writeString(folder.resolve("alertmanager.yml"), """
                route: {group_wait: 1s, group_interval: 2s, routes: [{receiver: avatar-y, group_interval: 500ms}, {receiver: z, group_wait: 1h}]}
                """);
        Files.writeString(folder.resolve("a.rules.yml"), """
                groups:
                  - {name: r, interval: 30s, rules: [{record: 'a:b:c', expr: x}]}
                  - {name: s, rules: [{record: 'a:b:d', expr: x}, {alert: A, expr: 'a:b:c > a:b:d', for: 10s, labels: {severity: info}}]}
                """);

        assertThat(DetectionLatency.read(folder).all())
                .containsExactly(new DetectionLatency.Bound("A (info)", 10 + 4, 4 + 30 + 2, 1.5));
    }

    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("avatar"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }
}
