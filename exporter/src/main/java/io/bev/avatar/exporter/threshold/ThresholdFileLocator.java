package io.bev.avatar.exporter.threshold;

import io.bev.avatar.exporter.config.HealthConfig;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * Locates the fleet thresholds and the runbooks beside them: the configured file, otherwise the one shipped with this
 * distribution, otherwise the installed one.
 */
public final class ThresholdFileLocator {

    private static final Path DIRECTORY = Path.of("alerting-rules");
    private static final String THRESHOLDS = "thresholds.rules.yml";

    /** Root of an installation. */
    private static final Path INSTALLED = Path.of("/usr/share/bev-avatar");

    private ThresholdFileLocator() {}

    public static Path of(HealthConfig config) {
        return config.thresholdsFile().orElseGet(() -> above(codeLocation(), THRESHOLDS));
    }

    /** Directory of the runbooks, one Markdown file per alert. */
    public static Path runbooks() {
        return above(codeLocation(), "runbooks");
    }

    /**
     * The shipped file or directory {@code name} in {@code start} or a parent directory; otherwise the installed one, or
     * the relative path for the error message.
     */
    static Path above(Path start, String name) {
        Path shipped = DIRECTORY.resolve(name);
        for (Path directory = start; directory != null; directory = directory.getParent()) {
            Path file = directory.resolve(shipped);
            if (Files.exists(file)) {
                return file;
            }
        }
        Path installed = INSTALLED.resolve(shipped);
        return Files.exists(installed) ? installed : shipped;
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
