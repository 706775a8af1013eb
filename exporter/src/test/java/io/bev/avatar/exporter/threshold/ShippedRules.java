package io.bev.avatar.exporter.threshold;

import java.nio.file.Files;
import java.nio.file.Path;

/** The thresholds as they are shipped. */
public final class ShippedRules {

    private ShippedRules() {}

    public static Path file() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("alerting-rules/thresholds.rules.yml");
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new AssertionError(
                "no alerting-rules/thresholds.rules.yml above " + Path.of("").toAbsolutePath());
    }
}
