package io.bev.avatar.exporter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import io.bev.avatar.common.log.StderrLog;
import java.util.Map;
import org.slf4j.Logger;

/** The exporter's log; logback finds it as a service. */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class ExporterLog extends StderrLog {

    @Override
    protected Map<String, Level> levels() {
        return Map.of(
                Logger.ROOT_LOGGER_NAME,
                Level.INFO,
                // Redis being away is reported once, by the collector.
                "io.lettuce",
                Level.ERROR,
                "io.netty",
                Level.ERROR,
                // A line per attempt to connect; the collector says what came of it.
                "org.freedesktop",
                Level.OFF);
    }
}
