package io.bev.avatar.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.config.ThresholdOverride;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThresholdsTest {

    @TempDir
    Path directory;

    private Path rules(String expression) throws Exception {
        return Files.writeString(directory.resolve("thresholds.rules.yml"), """
                groups:
                  - name: g
                    rules:
                      - record: avatar_threshold:default
                        labels: {signal: s, severity: warning}
                        expr: %s
                """.formatted(expression));
    }

    @Test
    void read_shippedFile_hasTheDocumentedDefaults() throws Exception {
        Thresholds limits = Thresholds.read(ShippedRules.file());

        assertThat(limits.of("gpu_temperature_celsius", "warning")).hasValue(80);
        assertThat(limits.of("gpu_temperature_celsius", "critical")).hasValue(87);
        assertThat(limits.of("host_memory_available_bytes", "critical")).hasValue(2048.0 * 1024 * 1024);
        assertThat(limits.of("endpoint_response_seconds", "critical")).isEmpty();
    }

    @Test
    void read_productsAndExponents_areMultiplied() throws Exception {
        assertThat(Thresholds.read(rules("vector( 2 * 1024*0.5 )")).of("s", "warning"))
                .hasValue(1024);
        assertThat(Thresholds.read(rules("vector(-1.5e2)")).of("s", "warning")).hasValue(-150);
    }

    @Test
    void read_nonConstantExpression_isRejectedWithTheExpression() throws Exception {
        for (String expression : List.of("scalar(up)", "vector(1 + 2)", "vector(1 *)", "80", "vector(80) * 2", "''")) {
            Path file = rules(expression);
            assertThatThrownBy(() -> Thresholds.read(file))
                    .as(expression)
                    .isInstanceOf(ThresholdException.class)
                    .hasMessageContaining("s warning: found '" + expression.replace("''", "") + "'")
                    .hasMessageContaining("expected vector(NUMBER)");
        }
    }

    @Test
    void read_noFileNoThresholdOrNoYaml_namesTheFile() throws Exception {
        Path absent = directory.resolve("absent.yml");
        Path empty = Files.writeString(directory.resolve("empty.yml"), "groups: []\n");
        Path broken = Files.writeString(directory.resolve("broken.yml"), "groups: [\n");

        assertThatThrownBy(() -> Thresholds.read(absent))
                .hasMessageContainingAll("absent.yml", "exporter.thresholds-file");
        assertThatThrownBy(() -> Thresholds.read(empty))
                .hasMessageContainingAll("empty.yml", "found no recording rule");
        assertThatThrownBy(() -> Thresholds.read(broken)).hasMessageContainingAll("broken.yml", "not YAML");
    }

    @Test
    void with_overrides_replacesOnlyThose() throws Exception {
        Thresholds limits = Thresholds.read(ShippedRules.file())
                .with(List.of(new ThresholdOverride("gpu_temperature_celsius", "warning", 70)));

        assertThat(limits.of("gpu_temperature_celsius", "warning")).hasValue(70);
        assertThat(limits.of("gpu_temperature_celsius", "critical")).hasValue(87);
    }
}
