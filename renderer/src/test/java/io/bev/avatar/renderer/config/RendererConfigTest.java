package io.bev.avatar.renderer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RendererConfigTest {

    private static RendererConfig read(String yaml, Map<String, String> environment) {
        Config c = Config.of(yaml, "avatar.yaml", environment);
        RendererConfig config = RendererConfig.from(c);
        c.finish("renderer");
        return config;
    }

    @Test
    void emptyConfiguration_givesDocumentedDefaults() {
        assertThat(read("", Map.of()))
                .isEqualTo(new RendererConfig(
                        "127.0.0.1",
                        8080,
                        8778,
                        0,
                        BackendChoice.AUTO,
                        Optional.empty(),
                        640,
                        360,
                        ResolutionMode.AUTO,
                        30,
                        5,
                        0,
                        List.of(),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Colour.DEFAULT,
                        Antialiasing.AUTO,
                        false));
    }

    @Test
    void everyKey_isRead() {
        String yaml = """
                renderer:
                  bind: 0.0.0.0
                  port: 9000
                  jolokia-port: 9001
                  jmx-port: 9002
                  backend: cpu
                  model: a/b.zip
                  width: 1280
                  height: 720
                  resolution: fixed
                  target-fps: 60
                  idle-fps: 2
                  threads: 3
                  allowed-hosts: [avatar.example, box]
                  control-password-file: secret
                  protect-updates: true
                  jolokia-policy-file: policy.xml
                  background: "#0a0B0c"
                  gpu-simulated: true
                """;
        assertThat(read(yaml, Map.of()))
                .isEqualTo(new RendererConfig(
                        "0.0.0.0",
                        9000,
                        9001,
                        9002,
                        BackendChoice.CPU,
                        Optional.of(Path.of("a/b.zip")),
                        1280,
                        720,
                        ResolutionMode.FIXED,
                        60,
                        2,
                        3,
                        List.of("avatar.example", "box"),
                        Optional.of(Path.of("secret")),
                        true,
                        Optional.of(Path.of("policy.xml")),
                        new Colour(10, 11, 12),
                        Antialiasing.AUTO,
                        true));
    }

    @Test
    void updates_needThePasswordWhereConfigured_andBeyondLoopback() {
        assertThat(read("", Map.of()).updatesAreProtected()).isFalse();
        assertThat(read("renderer: {bind: localhost}", Map.of()).updatesAreProtected())
                .isFalse();
        assertThat(read("renderer: {bind: '::1'}", Map.of()).updatesAreProtected())
                .isFalse();
        assertThat(read("renderer: {protect-updates: true}", Map.of()).updatesAreProtected())
                .isTrue();
        for (String bind : List.of("0.0.0.0", "'::'", "192.0.2.1", "no-such-host.invalid")) {
            assertThat(read("renderer: {bind: " + bind + "}", Map.of()).updatesAreProtected())
                    .as(bind)
                    .isTrue();
        }
    }

    @Test
    void environment_overridesTheFile() {
        RendererConfig config = read(
                "renderer: {port: 1, backend: cuda, model: x}",
                Map.of(
                        "BEV_AVATAR_PORT", "8081",
                        "BEV_JOLOKIA_PORT", "8779",
                        "BEV_AVATAR_BACKEND", "cpu",
                        "BEV_AVATAR_MODEL", "y.ply",
                        "BEV_RENDERER_TARGET_FPS", "25"));
        assertThat(config.port()).isEqualTo(8081);
        assertThat(config.jolokiaPort()).isEqualTo(8779);
        assertThat(config.backend()).isEqualTo(BackendChoice.CPU);
        assertThat(config.model()).contains(Path.of("y.ply"));
        assertThat(config.targetFps()).isEqualTo(25);
    }

    @Test
    void allErrors_areReportedTogether() {
        String yaml = """
                renderer: {port: 70000, backend: gpu, width: 8, height: 9999, target-fps: 4, idle-fps: 5, background: red,
                  pasword: x}
                """;
        assertThatThrownBy(() -> read(yaml, Map.of()))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting("key")
                                .containsExactlyInAnyOrder(
                                        "renderer.port",
                                        "renderer.backend",
                                        "renderer.width",
                                        "renderer.height",
                                        "renderer.idle-fps",
                                        "renderer.background",
                                        "renderer.pasword"));
    }

    @Test
    void colour_isWrittenAsItIsRead() {
        assertThat(Colour.parse("#0a0B0c"))
                .hasValueSatisfying(c -> assertThat(c).hasToString("#0a0b0c"));
        assertThat(Colour.parse("#12345")).isEmpty();
        assertThatThrownBy(() -> new Colour(0, 256, 0)).hasMessageContaining("expected 0..255");
    }
}
