package io.bev.avatar.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {

    private enum Backend {
        AUTO,
        CUDA_12
    }

    private enum Power {
        ON,
        OFF
    }

    @Test
    void choice_onAndOffWithoutQuotes_areWordsAndNotBooleans() {
        Config config = of("stream: {a: off, b: on, c: 'off', d: Off}");
        assertThat(config.choice("stream.a", Power.class, Power.ON)).isEqualTo(Power.OFF);
        assertThat(config.choice("stream.b", Power.class, Power.OFF)).isEqualTo(Power.ON);
        assertThat(config.choice("stream.c", Power.class, Power.ON)).isEqualTo(Power.OFF);
        assertThat(config.choice("stream.d", Power.class, Power.ON)).isEqualTo(Power.OFF);
        assertThatCode(() -> config.finish("stream")).doesNotThrowAnyException();
    }

    private static Config of(String yaml) {
        return Config.of(yaml, "avatar.yaml", Map.of());
    }

    private static List<ConfigProblem> problems(Config config, String... owned) {
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> config.finish(owned));
        return failure == null ? List.of() : failure.problems();
    }

    @Test
    void everyKind_isReadFromTheFile() {
        Config config = of("""
                renderer:
                  bind: " 127.0.0.1 "
                  port: 8081
                  backend: cuda-12
                  allowed-hosts: [a, b]
                  model:
                gpu: {memory-fraction: 0.5}
                stream: {on: TRUE}
                state: {save-interval: 1.5m}
                """);
        assertThat(config.text("renderer.bind", "x")).isEqualTo("127.0.0.1");
        assertThat(config.integer("renderer.port", 1, 0, 65535)).isEqualTo(8081);
        assertThat(config.choice("renderer.backend", Backend.class, Backend.AUTO))
                .isEqualTo(Backend.CUDA_12);
        assertThat(config.texts("renderer.allowed-hosts", List.of())).containsExactly("a", "b");
        assertThat(config.optionalText("renderer.model")).isEmpty();
        assertThat(config.number("gpu.memory-fraction", 0.6, 0, 1)).isEqualTo(0.5);
        assertThat(config.flag("stream.on", false)).isTrue();
        assertThat(config.duration("state.save-interval", Duration.ZERO, Duration.ZERO, Duration.ofHours(1)))
                .isEqualTo(Duration.ofSeconds(90));
        assertThatCode(() -> config.finish("renderer", "gpu", "stream", "state"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "renderer:\n", "renderer: {}\n"})
    void emptyFileOrSection_givesTheDefaults(String yaml) {
        Config config = of(yaml);
        assertThat(config.text("renderer.bind", "x")).isEqualTo("x");
        assertThat(config.integer("renderer.port", 7, 0, 9)).isEqualTo(7);
        assertThat(config.texts("renderer.hosts", List.of("h"))).containsExactly("h");
        assertThat(config.flag("renderer.on", true)).isTrue();
        assertThat(config.choice("renderer.backend", Backend.class, Backend.AUTO))
                .isEqualTo(Backend.AUTO);
        assertThat(config.tree("renderer.rules").isMissingNode()).isTrue();
        assertThat(problems(config, "renderer")).isEmpty();
    }

    @Test
    void finish_reportsEveryProblemAtOnceWithKeyFoundExpectedAndOrigin() {
        Config config = Config.of("""
                renderer:
                  port: 99999
                  width: wide
                  threads: [1]
                  backend: vulkan
                  hosts: one
                stream: {on: maybe, quality: 'NaN'}
                state: {save-interval: 5 fortnights}
                """, "avatar.yaml", Map.of("GPU_MEMORY_FRACTION", "2"));
        assertThat(config.integer("renderer.port", 8080, 0, 65535)).isEqualTo(8080);
        assertThat(config.integer("renderer.width", 640, 16, 4096)).isEqualTo(640);
        assertThat(config.integer("renderer.threads", 0, 0, 64)).isZero();
        assertThat(config.choice("renderer.backend", Backend.class, Backend.AUTO))
                .isEqualTo(Backend.AUTO);
        assertThat(config.texts("renderer.hosts", List.of("h"))).containsExactly("h");
        assertThat(config.flag("stream.on", true)).isTrue();
        assertThat(config.number("stream.quality", 85, 1, 100)).isEqualTo(85);
        assertThat(config.duration(
                        "state.save-interval", Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofHours(1)))
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(config.number("gpu.memory-fraction", 0.6, 0, 1, "GPU_MEMORY_FRACTION"))
                .isEqualTo(0.6);
        config.problem("renderer.model", "'x.obj'", "a .ply, .splat, .spz or .zip");

        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> config.finish("renderer"));
        assertThat(failure.problems())
                .extracting(ConfigProblem::key)
                .containsExactly(
                        "renderer.port",
                        "renderer.width",
                        "renderer.threads",
                        "renderer.backend",
                        "renderer.hosts",
                        "stream.on",
                        "stream.quality",
                        "state.save-interval",
                        "gpu.memory-fraction",
                        "renderer.model");
        assertThat(failure)
                .hasMessageStartingWith("configuration: 10 problems")
                .hasMessageContaining("renderer.port: found '99999', expected an integer from 0 to 65535 (avatar.yaml)")
                .hasMessageContaining("renderer.backend: found 'vulkan', expected one of auto, cuda-12 (avatar.yaml)")
                .hasMessageContaining(
                        "state.save-interval: found '5 fortnights', expected a duration from 500ms to 3600s"
                                + " such as 250ms, 5s, 2m, 1h (avatar.yaml)")
                .hasMessageContaining("gpu.memory-fraction: found '2', expected a number from 0.0 to 1.0"
                        + " (environment variable GPU_MEMORY_FRACTION)")
                .hasMessageContaining("stream.on: found 'maybe', expected true or false");
        assertThat(failure.toString().lines()).hasSize(11);
    }

    @Test
    void unreadKeys_areProblemsOnlyInOwnedSections() {
        Config config = of("""
                renderer: {port: 1, prot: 2, nested: {deep: 3, known: 4}}
                exporter: {anything: 1}
                rendrer: {port: 1}
                """);
        config.integer("renderer.port", 1, 0, 9);
        config.integer("renderer.nested.known", 1, 0, 9);
        assertThat(problems(config, "renderer"))
                .extracting(ConfigProblem::key)
                .containsExactlyInAnyOrder("renderer.prot", "renderer.nested.deep", "rendrer");
    }

    @Test
    void valueInPlaceOfASection_isReportedAsSuch() {
        assertThat(problems(of("renderer: 7"), "renderer")).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo("renderer");
            assertThat(problem.expected()).contains("a section");
        });
    }

    @Test
    void tree_isConsumedWhole() {
        Config config = of("osint: {rules: [{emotion: alert}], severities: {low: 0.1, high: {x: 1}}}");
        assertThat(config.tree("osint.rules").size()).isEqualTo(1);
        assertThat(config.tree("osint.severities").path("low").asDouble()).isEqualTo(0.1);
        assertThat(problems(config, "osint")).isEmpty();
    }

    @Test
    void environment_overridesTheFile() {
        Config config = Config.of(
                "renderer: {port: 1, jpeg-quality: 1, hosts: [x], bind: file}",
                "avatar.yaml",
                Map.of(
                        "BEV_AVATAR_PORT", "8081",
                        "BEV_RENDERER_JPEG_QUALITY", "90",
                        "BEV_RENDERER_HOSTS", "a, b,c",
                        "BEV_RENDERER_BIND", "  "));
        assertThat(config.integer("renderer.port", 8080, 0, 65535, "BEV_AVATAR_PORT"))
                .isEqualTo(8081);
        assertThat(config.integer("renderer.jpeg-quality", 85, 1, 100)).isEqualTo(90);
        assertThat(config.texts("renderer.hosts", List.of())).containsExactly("a", "b", "c");
        assertThat(config.text("renderer.bind", "x"))
                .as("blank counts as not set")
                .isEqualTo("file");
        assertThat(Config.variable("stream.jpeg-quality")).isEqualTo("BEV_STREAM_JPEG_QUALITY");
        assertThat(problems(config, "renderer")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "5s,5000", "0.5s,500", "2m,120000", "1h,3600000", "1d,86400000", "10 s,10000"})
    void durations_haveUnits(String text, long millis) {
        Config config = of("state: {d: '" + text + "'}");
        assertThat(config.duration("state.d", Duration.ZERO, Duration.ZERO, Duration.ofDays(1)))
                .isEqualTo(Duration.ofMillis(millis));
        assertThat(problems(config, "state")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "s", "-5s", "5S", "5 weeks", "2d", "1ms", "99999999999999999999999d"})
    void durations_withoutUnitOrOutOfRangeAreProblems(String text) {
        Config config = of("state: {d: '" + text + "'}");
        assertThat(config.duration("state.d", Duration.ofSeconds(9), Duration.ofSeconds(1), Duration.ofDays(1)))
                .isEqualTo(Duration.ofSeconds(9));
        assertThat(problems(config, "state")).extracting(ConfigProblem::key).containsExactly("state.d");
    }

    @ParameterizedTest
    @CsvSource({"0,true", "10,true", "-1,false", "11,false", "1.5,false", "'',false", "1e1,false", "99999999999,false"})
    void integers_keepToTheirRangeWithBothEnds(String text, boolean good) {
        Config config = of("state: {n: '" + text + "'}");
        config.integer("state.n", 5, 0, 10);
        assertThat(problems(config, "state").isEmpty()).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({"0,true", "1,true", "0.5,true", "-0.01,false", "1.01,false", "NaN,false", "Infinity,false", "x,false"})
    void numbers_keepToTheirRangeWithBothEnds(String text, boolean good) {
        Config config = of("state: {n: '" + text + "'}");
        config.number("state.n", 0.5, 0, 1);
        assertThat(problems(config, "state").isEmpty()).isEqualTo(good);
    }

    @Test
    void brokenYaml_isOneProblemWithTheLine() {
        assertThatThrownBy(() -> of("renderer:\n  port: 1\n  bind: [a\nstream: 1\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("(file): found ")
                .hasMessageContaining("at line 4")
                .hasMessageContaining("expected valid YAML (avatar.yaml)")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void keyTwice_isAProblemWithTheLine() {
        assertThatThrownBy(() -> of("renderer:\n  port: 1\n  port: 2\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("port")
                .hasMessageContaining("lines 2, 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"just text", "[1, 2]", "42"})
    void notAMapping_isAProblem(String yaml) {
        assertThatThrownBy(() -> of(yaml))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a mapping of sections");
    }

    @Test
    void load_readsTheFileThatTheEnvironmentNames(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("avatar.yaml"), "renderer: {port: 5}");
        Config config = Config.load(Map.of("BEV_AVATAR_CONFIG", file.toString()));
        assertThat(config.integer("renderer.port", 1, 0, 9)).isEqualTo(5);
        assertThat(Config.load(Map.of()).integer("renderer.port", 1, 0, 9)).isEqualTo(1);
        Path missing = directory.resolve("missing.yaml");
        assertThatThrownBy(() -> Config.load(Map.of("BEV_AVATAR_CONFIG", missing.toString())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("a readable YAML file");
    }
}
