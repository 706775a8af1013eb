package io.bev.avatar.common.log;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Section {@code logging}, which renderer and exporter share.
 *
 * @param format of standard error, key {@code logging.format}
 * @param level of this project's loggers, key {@code logging.level}, also {@code BEV_LOG_LEVEL}
 * @param directory of log files, key {@code logging.directory}
 * @param keepDays age in days at which files are deleted; 0 writes none. Key {@code logging.keep-days}
 * @param maxFileMb size in MiB at which a file is closed and compressed, key {@code logging.max-file-mb}
 * @param maxTotalMb size in MiB of all files of a process, the oldest are deleted first. Key {@code logging.max-total-mb}
 */
public record LoggingConfig(
        LogFormat format, LogLevel level, Optional<Path> directory, int keepDays, int maxFileMb, int maxTotalMb) {

    /** Variable with the unit's {@code LogsDirectory=}. */
    static final String SERVICE_DIRECTORY = "LOGS_DIRECTORY";

    /** Reads the section; problems are added to {@code config}. */
    public static LoggingConfig from(Config config) {
        return new LoggingConfig(
                config.choice("logging.format", LogFormat.class, LogFormat.AUTO),
                config.choice("logging.level", LogLevel.class, LogLevel.INFO, "BEV_LOG_LEVEL"),
                config.optionalText("logging.directory").map(Path::of),
                config.integer("logging.keep-days", 30, 0, 3650),
                config.integer("logging.max-file-mb", 20, 1, 4096),
                config.integer("logging.max-total-mb", 500, 1, 1 << 20));
    }

    /** Where files go: the configured directory, otherwise the service's; none when nothing is kept. */
    Optional<Path> files(Map<String, String> environment) {
        return keepDays == 0
                ? Optional.empty()
                : directory.or(() -> Optional.ofNullable(environment.get(SERVICE_DIRECTORY))
                        .filter(path -> !path.isBlank())
                        // systemd separates several by colons.
                        .map(path -> Path.of(path.split(":", 2)[0])));
    }
}
