package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateConfigTest {

    @Test
    void stateSection_isRead() {
        Config config = Config.of(
                "state: {directory: /elsewhere, save-interval: 5s}",
                "test.yaml",
                Map.of("BEV_AVATAR_STATE_DIR", "/var/lib/avatar"));
        assertThat(StateConfig.from(config))
                .isEqualTo(new StateConfig(Path.of("/var/lib/avatar"), Duration.ofSeconds(5)));
        config.finish("state");
        assertThat(StateConfig.from(Config.of("", "test.yaml", Map.of())))
                .isEqualTo(new StateConfig(Path.of("state"), Duration.ofSeconds(30)));
    }
}
