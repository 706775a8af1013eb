package io.bev.avatar.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EffectiveConfigTest {

    private enum Format {
        AUTO,
        JSON
    }

    private static final ConfigSections FIRST = new ConfigSections() {
        @Override
        public Set<String> names() {
            return Set.of("renderer", "redis");
        }

        @Override
        public void read(Config config, Map<String, String> environment) {
            config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
            config.integer("renderer.port", 8080, 0, 65535, "BEV_AVATAR_PORT");
            config.texts("renderer.allowed-hosts", List.of());
            config.finish("renderer", "redis");
        }
    };

    private static final ConfigSections SECOND = new ConfigSections() {
        @Override
        public Set<String> names() {
            return Set.of("exporter", "redis", "gpu-setup", "logging");
        }

        @Override
        public void read(Config config, Map<String, String> environment) {
            config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
            config.duration("exporter.scrape-timeout", Duration.ofSeconds(8), Duration.ZERO, Duration.ofHours(1));
            config.number("exporter.ratio", 0.5, 0, 1);
            config.integer("gpu-setup.power-limit-watts", 450, 0, 1000);
            config.choice("logging.format", Format.class, Format.AUTO);
            config.optionalText("logging.directory");
            config.finish("exporter", "redis", "gpu-setup", "logging");
        }
    };

    private static EffectiveConfig of(String yaml, Map<String, String> environment) {
        return EffectiveConfig.of(Config.of(yaml, "avatar.yaml", environment), environment, List.of(FIRST, SECOND));
    }

    @Test
    void entries_haveValueDefaultAndOriginInOrderOfSections() {
        EffectiveConfig config = of("""
                # a comment
                exporter:
                  scrape-timeout: 4s

                renderer:
                  port: 8081
                  allowed-hosts: [a, b]
                """, Map.of("BEV_AVATAR_PORT", "9000"));

        assertThat(config.problems()).isEmpty();
        assertThat(config.entries())
                .containsExactly(
                        new ConfigEntry("renderer.port", "9000", "8080", "BEV_AVATAR_PORT"),
                        new ConfigEntry("renderer.allowed-hosts", "[a, b]", "[]", "avatar.yaml:7"),
                        new ConfigEntry(
                                "redis.url", "redis://127.0.0.1:6379", "redis://127.0.0.1:6379", ConfigEntry.DEFAULT),
                        new ConfigEntry("logging.format", "auto", "auto", ConfigEntry.DEFAULT),
                        new ConfigEntry("logging.directory", "", "", ConfigEntry.DEFAULT),
                        new ConfigEntry("exporter.scrape-timeout", "4s", "8s", "avatar.yaml:3"),
                        new ConfigEntry("exporter.ratio", "0.5", "0.5", ConfigEntry.DEFAULT),
                        new ConfigEntry("gpu-setup.power-limit-watts", "450", "450", ConfigEntry.DEFAULT));
        assertThat(config.unread())
                .containsExactlyInAnyOrder("stream", "page", "gpu", "state", "expression", "osint", "mcp", "stack");
    }

    @Test
    void problems_ofAllProcesses_areReportedOnce() {
        EffectiveConfig config = of("renderer: {prot: 8080}\nredis: {url: [1]}\nexporter: {ratio: 7}\n", Map.of());

        assertThat(config.problems())
                .extracting(ConfigProblem::key)
                .containsExactlyInAnyOrder("renderer.prot", "redis.url", "exporter.ratio");
    }

    @Test
    void renamedKey_countsWithAWarning_untilTheNewNameIsThere() {
        EffectiveConfig old = of("exporter:\n  check:\n    power-limit-watts: 300\n", Map.of());
        EffectiveConfig both =
                of("gpu-setup: {power-limit-watts: 250}\nexporter: {check: {power-limit-watts: 300}}\n", Map.of());

        assertThat(old.problems()).isEmpty();
        assertThat(old.warnings())
                .singleElement()
                .asString()
                .contains("exporter.check.power-limit-watts is now gpu-setup.power-limit-watts");
        assertThat(old.entries())
                .contains(new ConfigEntry("gpu-setup.power-limit-watts", "300", "450", "avatar.yaml:3"));
        assertThat(both.entries()).anyMatch(entry -> entry.value().equals("250"));
        assertThat(both.warnings()).hasSize(1);
    }

    @Test
    void duplicates_areReportedWithAllLines() {
        String yaml = "renderer:\n  port: 1\n  port: 2\nredis:\n  url: x\nrenderer:\n  port: 3\n";

        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> of(yaml, Map.of()));

        assertThat(failure.problems())
                .extracting(ConfigProblem::toString)
                .containsExactly(
                        "renderer: found the section on lines 1, 6, expected one section: move the keys below the first"
                                + " \"renderer:\" (avatar.yaml)",
                        "renderer.port: found the key on lines 2, 3, 7, expected one line: remove the others"
                                + " (avatar.yaml)");
    }

    @Test
    void syntaxError_isOneProblemWithItsLine() {
        ConfigException failure =
                catchThrowableOfType(ConfigException.class, () -> of("renderer:\n  port: [1\n  bind: x\n", Map.of()));

        assertThat(failure.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.found()).contains("line 3"));
    }
}
