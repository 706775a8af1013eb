package io.bev.avatar.exporter.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bev.avatar.common.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code avatar.yaml.example} says what holds without it. */
class ExampleConfigTest {

    private static Path example() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("avatar.yaml.example");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new AssertionError("no avatar.yaml.example above " + Path.of("").toAbsolutePath());
    }

    private static Config config(String yaml) {
        return Config.of(yaml, "avatar.yaml", Map.of());
    }

    @Test
    void example_saysTheDefaultsOfCheckAndHealth() throws Exception {
        String text = Files.readString(example());

        assertThat(CheckConfig.from(config(text))).isEqualTo(CheckConfig.from(config("")));
        assertThat(HealthConfig.from(config(text))).isEqualTo(HealthConfig.from(config("")));
        JsonNode exporter = new YAMLMapper().readTree(text).path("exporter");
        assertThat(exporter.path("check").size()).isEqualTo(CheckConfig.class.getRecordComponents().length - 1);
        assertThat(text).contains("# user:");
        assertThat(exporter.path("health").size()).isEqualTo(HealthConfig.class.getRecordComponents().length - 1);
    }
}
