package io.bev.avatar.exporter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.redis.RedisConfig;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterConfigTest {

    @TempDir
    Path directory;

    private static ExporterConfig read(String yaml, Map<String, String> environment) {
        Config config = Config.of(yaml, "test.yaml", environment);
        ExporterConfig exporter = ExporterConfig.from(config);
        RedisConfig.from(config);
        McpConfig.from(config);
        config.finish("exporter", "mcp", "redis");
        return exporter;
    }

    @Test
    void from_nothing_hasTheDocumentedDefaults() {
        ExporterConfig config = read("", Map.of());

        assertThat(config.bind()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(9818);
        assertThat(config.scrapeTimeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(config.rendererUrl()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(config.jolokiaUrl()).isEqualTo(URI.create("http://127.0.0.1:8778/jolokia/"));
        assertThat(config.alertTokenFile()).isEmpty();
        assertThat(config.niceness()).isEqualTo(10);
        assertThat(config.procPath()).isEqualTo(Path.of("/proc"));
        assertThat(config.nvmlLibrary()).isEqualTo("libnvidia-ml.so.1");
        assertThat(config.units()).contains("bev-advanced-avatar.service");
        assertThat(config.thresholds()).isEmpty();
    }

    @Test
    void from_everyKey_isUsed() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "secret");
        ExporterConfig config = read("""
                exporter:
                  bind: 0.0.0.0
                  port: 1234
                  allowed-hosts: [gpu-07]
                  scrape-timeout: 3s
                  renderer-url: http://127.0.0.1:1
                  jolokia-url: http://127.0.0.1:2/jolokia/
                  alert-token-file: %s
                  state-directory: /var/lib/x
                  niceness: 0
                  alert-active-for: 2h
                  proc-path: /host/proc
                  sys-path: /host/sys
                  units: [a.service]
                  nvml-library: libfake.so
                  thresholds:
                    gpu_temperature_celsius: {warning: 75, critical: 85.5}
                mcp: {url: "http://127.0.0.1:3"}
                redis: {url: "redis://127.0.0.1:4", timeout: 1s}
                """.formatted(token), Map.of("BEV_EXPORTER_PORT", "4321"));

        assertThat(config.port()).isEqualTo(4321);
        assertThat(config.allowedHosts()).containsExactly("gpu-07");
        assertThat(config.alertTokenFile()).contains(token);
        assertThat(config.alertSpoolFile()).isEqualTo(Path.of("/var/lib/x/alert-spool.jsonl"));
        assertThat(config.niceness()).isZero();
        assertThat(config.alertActiveFor()).isEqualTo(Duration.ofHours(2));
        assertThat(config.thresholds())
                .isEqualTo(List.of(
                        new ThresholdOverride("gpu_temperature_celsius", "warning", 75),
                        new ThresholdOverride("gpu_temperature_celsius", "critical", 85.5)));
    }

    @Test
    void from_manyProblems_reportsAllAndNoPassword() {
        assertThatThrownBy(() -> read("""
                        exporter:
                          port: 99999
                          prot: 1
                          renderer-url: here
                          alert-token-file: /no/such/token
                          thresholds: {a: {warning: hot, bad: 1}, b: 7}
                        redis: {url: "http://user:open-sesame@host"}
                        """, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("exporter.port: found '99999', expected an integer from 0 to 65535")
                .hasMessageContaining("exporter.prot")
                .hasMessageContaining("exporter.renderer-url")
                .hasMessageContaining("exporter.alert-token-file")
                .hasMessageContaining("exporter.thresholds.a.warning")
                .hasMessageContaining("exporter.thresholds.a.bad")
                .hasMessageContaining("exporter.thresholds.b")
                .hasMessageContaining("redis.url: found 'http://host'")
                .hasMessageNotContaining("open-sesame");
    }

    @Test
    void from_overrideOfUnknownThreshold_isAProblem() throws Exception {
        Path defaults = Files.writeString(directory.resolve("thresholds.rules.yml"), """
                groups:
                  - name: defaults
                    rules:
                      - record: avatar_threshold:default
                        labels: {signal: host_cpu_ratio, severity: warning}
                        expr: vector(0.9)
                """);
        String yaml = "exporter: {thresholds-file: %s, thresholds: {host_cpu_ratio: {warning: 0.5}, cpu: {warning: 1}}}"
                .formatted(defaults);

        assertThatThrownBy(() -> read(yaml, Map.of()))
                .hasMessageContaining("exporter.thresholds.cpu.warning: found an unknown threshold, expected one of"
                        + " host_cpu_ratio.warning")
                .hasMessageNotContaining("thresholds.host_cpu_ratio");
    }
}
