package io.bev.avatar.renderer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import io.bev.avatar.common.log.StderrLog;
import java.util.Map;
import org.slf4j.Logger;

/** The renderer's log; logback finds it as a service. {@code BEV_LOG_LEVEL} sets the level of this program. */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class RendererLog extends StderrLog {

    @Override
    protected Map<String, Level> levels() {
        return Map.of(
                Logger.ROOT_LOGGER_NAME,
                Level.WARN,
                "io.bev.avatar",
                Level.toLevel(System.getenv("BEV_LOG_LEVEL"), Level.INFO));
    }
}
