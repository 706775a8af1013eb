package io.bev.avatar.exporter.collector.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.exporter.collector.MetricSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped CPU rule on a {@code /proc/stat} whose idle time decreases once, as it does on real machines. */
class CpuTimeDipTest {

    /** Idle time in ticks every 15 s, of a CPU that is half busy; the sixth reading dips by 0.2 s. */
    private static final int[] IDLE = {90_000, 90_750, 91_500, 92_250, 93_000, 92_980, 94_500, 95_250, 96_000};

    private static final Path RULES = Path.of("../alerting-rules");

    @TempDir
    Path directory;

    @Test
    void idleTimeThatDips_leavesTheCpuRatioUndisturbed() throws Exception {
        Assumptions.assumeTrue(Installation.find("promtool").isPresent(), "promtool is not installed");
        Path stat = Files.createDirectory(directory.resolve("proc")).resolve("stat");
        HostFiles files = new HostFiles(directory.resolve("proc"), directory.resolve("sys"));
        CpuCollector collector = new CpuCollector();
        List<String> exported = new ArrayList<>();
        List<String> raw = new ArrayList<>();
        for (int i = 0; i < IDLE.length; i++) {
            Files.writeString(stat, "cpu0 " + 750 * i + " 0 0 " + IDLE[i] + " 0 0 0 0 0 0\n");
            MetricSink out = new MetricSink();
            collector.read(files, out);
            exported.add(String.valueOf(out.families().stream()
                    .flatMap(family -> family.samples().stream())
                    .filter(sample -> sample.label("mode").equals("idle"))
                    .findFirst()
                    .orElseThrow()
                    .value()));
            raw.add(String.valueOf(IDLE[i] / 100.0));
        }
        try (DirectoryStream<Path> rules = Files.newDirectoryStream(RULES, "*.rules.yml")) {
            for (Path file : rules) {
                Files.copy(file, directory.resolve(String.valueOf(file.getFileName())));
            }
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

        Process promtool = new ProcessBuilder("promtool", "test", "rules", "dip.test.yml")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(output).isZero();
    }
}
