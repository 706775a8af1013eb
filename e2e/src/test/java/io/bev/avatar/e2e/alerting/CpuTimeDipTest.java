package io.bev.avatar.e2e.alerting;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.host.HostCollector;
import io.bev.avatar.exporter.collector.host.HostOptions;
import io.bev.avatar.exporter.collector.host.jna.LibcFileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped CPU rule on a {@code /proc/stat} whose idle time decreases once, as it does on real machines. */
class CpuTimeDipTest {

    /** Idle time in ticks every 15 s, of a CPU that is half busy; the sixth reading dips by 0.2 s. */
    private static final int[] IDLE = {90_000, 90_750, 91_500, 92_250, 93_000, 92_980, 94_500, 95_250, 96_000};

    @TempDir
    Path directory;

    @Test
    void idleTimeThatDips_leavesTheCpuRatioUndisturbed() throws Exception {
        Path stat = Files.createDirectory(directory.resolve("proc")).resolve("stat");
        List<String> exported = new ArrayList<>();
        List<String> raw = new ArrayList<>();
        try (HostCollector host = new HostCollector(
                new HostOptions(
                        directory.resolve("proc"),
                        directory.resolve("sys"),
                        directory.resolve("none"),
                        false,
                        Set.of()),
                new LibcFileSystems(),
                Optional::empty,
                Ticker.system(),
                Clock.systemUTC())) {
            for (int i = 0; i < IDLE.length; i++) {
                Files.writeString(stat, "cpu0 " + 750 * i + " 0 0 " + IDLE[i] + " 0 0 0 0 0 0\n");
                exported.add(String.valueOf(idleSeconds(host)));
                raw.add(String.valueOf(IDLE[i] / 100.0));
            }
        }
        for (Path file : RuleFiles.files()) {
            Files.copy(file, directory.resolve(String.valueOf(file.getFileName())));
        }
        Files.writeString(
                directory.resolve("dip.test.yml"), """
                rule_files: ['*.rules.yml']
                evaluation_interval: 15s
                tests:
                  - interval: 15s
                    input_series:
                      - {series: 'up{job="avatar",instance="exported"}', values: '1x8'}
                      - {series: 'up{job="avatar",instance="raw"}', values: '1x8'}
                      - {series: 'node_cpu_seconds_total{job="avatar",instance="exported",mode="idle",cpu="0"}', values: '%s'}
                      - {series: 'node_cpu_seconds_total{job="avatar",instance="raw",mode="idle",cpu="0"}', values: '%s'}
                    promql_expr_test:
                      - expr: count(instance:node_cpu_busy:ratio_rate1m{instance="exported"} > 0.3 < 0.7)
                        eval_time: 1m30s
                        exp_samples: [{labels: '{}', value: 1}]
                      - expr: count(instance:node_cpu_busy:ratio_rate1m{instance="raw"} < -10)
                        eval_time: 1m30s
                        exp_samples: [{labels: '{}', value: 1}]
                """.formatted(String.join(" ", exported), String.join(" ", raw)));

        RuleFiles.run(directory, "promtool", "test", "rules", "dip.test.yml").succeeded();
    }

    private static double idleSeconds(HostCollector host) throws Exception {
        MetricSink out = new MetricSink();
        try {
            host.collect(out);
        } catch (PartialCollectionException e) {
            // Only /proc/stat exists here.
        }
        return out.families().stream()
                .flatMap(family -> family.samples.stream())
                .filter(sample -> sample.name.equals("node_cpu_seconds_total") && sample.labelValues.contains("idle"))
                .collect(Collectors.toList())
                .get(0)
                .value;
    }
}
