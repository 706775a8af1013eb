package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.exporter.config.ExporterConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExampleConfigTest {

    @Test
    void example_holdsExactlyTheDefaults() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("avatar.yaml.example"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        Config example = Config.load(folder.resolve("avatar.yaml.example"), Map.of());
        ExporterConfig fromExample = ExporterConfig.from(example);
        example.text("mcp.url", "");
        example.finish("exporter", "mcp");
        assertThat(fromExample).isEqualTo(ExporterConfig.from(Config.of("", "nothing", Map.of())));
    }
}
