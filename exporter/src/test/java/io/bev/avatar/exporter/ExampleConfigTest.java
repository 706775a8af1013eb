package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.exporter.config.AlertmanagerConfig;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.config.HealthConfig;
import io.bev.avatar.exporter.config.RecoveryConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExampleConfigTest {

    @Test
    void example_holdsExactlyTheDefaults() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("avatar.yaml.example"))) {
            directory = Optional.ofNullable(directory.getParent()).orElseThrow();
        }
        Config example = Config.load(directory.resolve("avatar.yaml.example"), Map.of());
        ExporterConfig fromExample = ExporterConfig.from(example);
        CheckConfig checks = CheckConfig.from(example);
        HealthConfig health = HealthConfig.from(example);
        RecoveryConfig recovery = RecoveryConfig.from(example);
        AlertmanagerConfig alertmanager = AlertmanagerConfig.from(example);
        GpuSetupConfig gpuSetup = GpuSetupConfig.from(example);
        example.text("mcp.url", "");
        example.finish("exporter", "mcp", "gpu-setup");
        Config nothing = Config.of("", "nothing", Map.of());
        assertThat(fromExample).isEqualTo(ExporterConfig.from(nothing));
        assertThat(checks).isEqualTo(CheckConfig.from(nothing));
        assertThat(health).isEqualTo(HealthConfig.from(nothing));
        assertThat(recovery).isEqualTo(RecoveryConfig.from(nothing));
        assertThat(alertmanager).isEqualTo(AlertmanagerConfig.from(nothing));
        assertThat(gpuSetup).isEqualTo(GpuSetupConfig.from(nothing));
        assertThat(example.tree("gpu-setup").size()).isEqualTo(GpuSetupConfig.class.getRecordComponents().length);
        // Every key is present; exporter.check.user only as a comment, because it has no default.
        assertThat(example.tree("exporter.check").size()).isEqualTo(CheckConfig.class.getRecordComponents().length - 1);
    }
}
