package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The section {@code exporter.health}.
 *
 * @param directory where the results are written
 * @param interval from one round of {@code health monitor} to the next
 * @param thresholdsFile the rules with the thresholds, {@code exporter.thresholds-file}
 */
public record HealthConfig(Path directory, Duration interval, Optional<Path> thresholdsFile) {

    public static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
    public static final Duration LONGEST_INTERVAL = Duration.ofMinutes(4);

    /** Reads the section; problems are noted in {@code config}. */
    public static HealthConfig from(Config config) {
        return new HealthConfig(
                Path.of(config.text("exporter.health.directory", "logs/health")),
                config.duration(
                        "exporter.health.interval", Duration.ofSeconds(30), SHORTEST_INTERVAL, LONGEST_INTERVAL),
                config.optionalText("exporter.thresholds-file").map(Path::of));
    }
}
