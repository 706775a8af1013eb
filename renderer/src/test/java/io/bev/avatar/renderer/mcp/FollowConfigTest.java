package io.bev.avatar.renderer.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowConfigTest {

    private static FollowConfig read(String rules, String url) {
        Config config = Config.of("osint: {mcp: " + rules + "}", "f", Map.of("BEV_MCP_SERVER_URL", url));
        FollowConfig follow = FollowConfig.from(config);
        config.finish("osint");
        return follow;
    }

    @Test
    void rules_areRead() {
        FollowConfig follow = read(
                "[{resource: 'a://b', event: true}, {message: 'Found It', activity: threat_analysis, emotion: alert},"
                        + " {resource: 'a://c', emotion: happy, intensity: 0.2}]",
                "http://127.0.0.1:3010");
        assertThat(follow.server()).hasToString("http://127.0.0.1:3010/mcp");
        assertThat(follow.rules()).hasSize(3);
        assertThat(follow.rules().get(0).event()).isTrue();
        assertThat(follow.rules().get(1).matchesMessage("we FOUND it.")).isTrue();
        assertThat(follow.rules().get(1).matchesMessage("found nothing")).isFalse();
        assertThat(follow.rules().get(1).update())
                .hasToString("{\"activity\":\"threat_analysis\",\"emotion\":\"alert\",\"intensity\":0.7}");
        assertThat(follow.rules().get(2).update()).hasToString("{\"emotion\":\"happy\",\"intensity\":0.2}");
    }

    @Test
    void server_mayHaveAPath() {
        assertThat(read("[]", "https://tools.example.org/agent?x=1").server())
                .hasToString("https://tools.example.org/agent?x=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{resource: 'a://b'}]",
                "[{emotion: happy}]",
                "[{resource: 'a://b', message: c, emotion: happy}]",
                "[{resource: 'a://b', event: true, emotion: happy}]",
                "[{message: c, event: true}]",
                "[{message: c, emotion: angry}]",
                "[{message: c, activity: sleeping}]",
                "[{message: c, emotion: happy, intensity: 2}]",
                "[{message: c, emotion: happy, mood: bad}]",
                "[{message: ' ', emotion: happy}]",
                "many"
            })
    void invalidRule_isReportedWithItsKey(String rules) {
        assertThatThrownBy(() -> read(rules, "http://127.0.0.1:3010"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("osint.mcp");
    }

    @Test
    void invalidUrl_isReportedIfThereAreRules() {
        assertThat(read("[]", "nonsense").rules()).isEmpty();
        assertThatThrownBy(() -> read("[{message: c, emotion: happy}]", "nonsense"))
                .hasMessageContaining("mcp.url");
    }
}
