package io.bev.avatar.common.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logback's configuration until the process has read its own: from the environment, to standard
 * error. In place of an XML file, whose reading costs some four hundred classes. Named in {@code META-INF/services}.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class BootstrapLogConfigurator extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Map<String, String> environment = System.getenv();
        new LoggingSystem(context)
                .toStandardError(
                        named(LogFormat.class, environment.get("BEV_LOGGING_FORMAT"), LogFormat.AUTO),
                        named(LogLevel.class, environment.get("BEV_LOG_LEVEL"), LogLevel.INFO),
                        JournalStream.connected(environment));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Another name gives the default: it is reported once the process reads its configuration. */
    private static <E extends Enum<E>> E named(Class<E> type, @Nullable String name, E fallback) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(name)) {
                return constant;
            }
        }
        return fallback;
    }
}
