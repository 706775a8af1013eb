package io.bev.avatar.exporter.threshold;

import io.bev.avatar.exporter.config.HealthConfig;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * Locates the fleet thresholds: the configured file, otherwise the file shipped with this distribution, otherwise the
 * installed one.
 */
public final class ThresholdFileLocator {

    private static final Path SHIPPED = Path.of("alerting-rules", "thresholds.rules.yml");

    /** Path in an installation. */
    private static final Path INSTALLED = Path.of("/usr/share/bev-avatar").resolve(SHIPPED);

    private ThresholdFileLocator() {}

    public static Path of(HealthConfig config) {
        return config.thresholdsFile().orElseGet(() -> above(codeLocation()));
    }

    /**
     * The shipped file in {@code start} or a parent directory; otherwise the installed file, or the relative path for
     * the error message.
     */
    static Path above(Path start) {
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            Path file = directory.resolve(SHIPPED);
            if (Files.exists(file)) {
                return file;
            }
        }
        return Files.exists(INSTALLED) ? INSTALLED : SHIPPED;
    }

    private static Path codeLocation() {
        CodeSource source = ThresholdFileLocator.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return Path.of("").toAbsolutePath();
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the code location of the exporter is not a file", e);
        }
    }
}
