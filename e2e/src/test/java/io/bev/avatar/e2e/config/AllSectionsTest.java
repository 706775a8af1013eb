package io.bev.avatar.e2e.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigEntry;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.config.EffectiveConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one configuration check of all processes, with their jars on the class path as in the installed command. */
class AllSectionsTest {

    private static EffectiveConfig of(String yaml) {
        return EffectiveConfig.of(Config.of(yaml, "avatar.yaml", Map.of()), Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "renderer,prot",
        "stream,jpeg-quality",
        "gpu,memory-fraction",
        "state,save-interval",
        "expression,idle-amount",
        "osint,rules",
        "redis,timeout",
        "logging,level",
        "exporter,port",
        "gpu-setup,persistence",
        "mcp,url",
        "stack,prometheus-port"
    })
    void mistake_inAnySection_isFoundBeforeTheStart(String section, String key) {
        assertThat(of(section + ": {" + key + ": -no-}\n").problems())
                .extracting(ConfigProblem::key)
                .containsExactly(section + "." + key);
    }

    @Test
    void example_hasExactlyTheDefaults_andNoSectionIsUnread() {
        EffectiveConfig config =
                EffectiveConfig.of(Config.load(Path.of("..", "avatar.yaml.example"), Map.of()), Map.of());

        assertThat(config.problems()).isEmpty();
        assertThat(config.unread()).isEmpty();
        assertThat(config.entries())
                .filteredOn(ConfigEntry::isSet)
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.value()).as(entry.key()).isEqualTo(entry.fallback()));
    }

    @Test
    void emptyConfiguration_isValid() {
        assertThat(of("").problems()).isEmpty();
        assertThat(of("").entries()).noneMatch(ConfigEntry::isSet);
    }
}
