package io.bev.avatar.exporter.threshold;

import java.nio.file.Files;
import java.nio.file.Path;

/** Path of the shipped thresholds file. */
public final class ShippedRules {

    private ShippedRules() {}

    public static Path file() {
        for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            Path file = directory.resolve("alerting-rules/thresholds.rules.yml");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new AssertionError(
                "no alerting-rules/thresholds.rules.yml above " + Path.of("").toAbsolutePath());
    }
}
