package io.bev.avatar.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RendererSettingsTest {

    private static Path example() {
        for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            Path file = directory.resolve("avatar.yaml.example");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new AssertionError("no avatar.yaml.example above " + Path.of("").toAbsolutePath());
    }

    private static RendererSettings of(String yaml) {
        return RendererSettings.from(Config.of(yaml, "avatar.yaml", Map.of()));
    }

    @Test
    void example_containsDefaults() throws IOException {
        assertThat(of(Files.readString(example()))).isEqualTo(of(""));
    }

    @Test
    void example_namesEveryKey() throws IOException {
        String text = Files.readString(example());
        JsonNode sections = new YAMLMapper().readTree(text);
        assertThat(sections.path("renderer").size()).isEqualTo(16);
        assertThat(sections.path("renderer").path("speech").size()).isEqualTo(6);
        assertThat(text).contains("# directory:", "# model:", "# control-password-file:", "# jolokia-policy-file:");
        assertThat(sections.path("stream").size()).isEqualTo(3);
        assertThat(sections.path("gpu").size()).isEqualTo(3);
        assertThat(sections.path("state").size()).isEqualTo(2);
        assertThat(sections.path("expression").size()).isEqualTo(4);
        assertThat(sections.path("redis").size()).isEqualTo(2);
        assertThat(sections.path("logging").size()).isEqualTo(5);
    }

    @Test
    void errors_ofAllSections_areReportedTogether_exceptExporterSections() {
        assertThatThrownBy(() -> of(
                        "{renderer: {port: -1}, stream: {x: 1}, gpu: {memory-fraction: 2}, state: {save-interval: 1},"
                                + " expression: {y: 1}, osint: {indicator-weight: 7}, redis: {url: 'ftp://x'},"
                                + " exporter: {anything: 1}}"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting("key")
                                .containsExactlyInAnyOrder(
                                        "renderer.port",
                                        "stream.x",
                                        "gpu.memory-fraction",
                                        "state.save-interval",
                                        "expression.y",
                                        "osint.indicator-weight",
                                        "redis.url"));
    }

    @Test
    void changesThatNeedRestart_areNamedAsInFile() {
        RendererSettings running = of("");
        assertThat(ReloadableSettings.needingRestart(
                        running, of("renderer: {model: a.ply, width: 320, target-fps: 10}")))
                .isEmpty();
        assertThat(ReloadableSettings.needingRestart(
                        running,
                        of("{renderer: {jmx-port: 9000, background: '#000000'}, stream: {jpeg-quality: 50},"
                                + " redis: {timeout: 1s}}")))
                .containsExactly("renderer.jmx-port", "renderer.background", "stream.jpeg-quality", "redis.timeout");
    }

    @Test
    void redisCluster_isRejected() {
        assertThatThrownBy(() -> of("redis: {url: 'redis://a:1,b:2'}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("redis.url")
                .hasMessageContaining("one server or Sentinel");
    }
}
