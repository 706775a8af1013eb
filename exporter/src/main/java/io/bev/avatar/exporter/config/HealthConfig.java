package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code exporter.health}.
 *
 * @param directory directory of the results
 * @param interval evaluation interval of {@code health monitor}
 * @param thresholdsFile rules file with the thresholds, {@code exporter.thresholds-file}
 */
public record HealthConfig(Path directory, Duration interval, Optional<Path> thresholdsFile) {

    public static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    public static final Duration MAX_INTERVAL = Duration.ofMinutes(4);

    /** Reads the section; problems are recorded in {@code config}. */
    public static HealthConfig from(Config config) {
        return new HealthConfig(
                Path.of(config.text("exporter.health.directory", "logs/health")),
                config.duration("exporter.health.interval", Duration.ofSeconds(30), MIN_INTERVAL, MAX_INTERVAL),
                config.optionalText("exporter.thresholds-file").map(Path::of));
    }
}
