package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Section {@code state}.
 *
 * @param directory of the journal, key {@code state.directory}
 * @param saveInterval interval of saves without a change, key {@code state.save-interval}
 */
public record StateConfig(Path directory, Duration saveInterval) {

    public static StateConfig from(Config config) {
        return new StateConfig(
                Path.of(config.text("state.directory", "state", "BEV_AVATAR_STATE_DIR")),
                config.duration(
                        "state.save-interval", Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofHours(1)));
    }
}
