package io.bev.avatar.exporter.threshold;

import io.bev.avatar.exporter.config.HealthConfig;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/** Where the fleet's thresholds are: what the configuration names, else the file shipped beside this program, else the installed one. */
public final class ThresholdFileLocator {

    private static final Path SHIPPED = Path.of("alerting-rules", "thresholds.rules.yml");

    /** Where an installation has it. */
    private static final Path INSTALLED = Path.of("/usr/share/bev-avatar").resolve(SHIPPED);

    private ThresholdFileLocator() {}

    public static Path of(HealthConfig config) {
        return config.thresholdsFile().orElseGet(() -> above(program()));
    }

    /** The shipped file in a folder above {@code start}; where there is none, the installed one, or a name for the error. */
    static Path above(Path start) {
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            Path file = folder.resolve(SHIPPED);
            if (Files.exists(file)) {
                return file;
            }
        }
        return Files.exists(INSTALLED) ? INSTALLED : SHIPPED;
    }

    private static Path program() {
        CodeSource source = ThresholdFileLocator.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return Path.of("").toAbsolutePath();
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the address of this program is no file", e);
        }
    }
}
