package io.bev.avatar.exporter;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the checks look at, which includes keys of the renderer's sections; those are read here and validated by the renderer.
 *
 * @param exporter the exporter's own settings
 * @param rendererPort of the page
 * @param jolokiaPort of Jolokia
 * @param cpuAllowed whether the renderer may draw on the CPU
 * @param stateDirectory where the renderer keeps its state
 * @param exporterDirectory where the exporter keeps alerts
 * @param problems what is wrong in the configuration, in which case the rest are the defaults
 */
public record CheckSettings(
        ExporterConfigs exporter,
        int rendererPort,
        int jolokiaPort,
        boolean cpuAllowed,
        Path stateDirectory,
        Path exporterDirectory,
        Optional<String> problems) {

    /** {@code renderer.backend}. */
    enum Backend {
        AUTO,
        CUDA,
        CPU
    }

    private static final int MAX_PORT = 65_535;

    /** Reads the configuration; one that is broken becomes a problem to report, not an exception. */
    public static CheckSettings load(Optional<Path> file, Map<String, String> environment) {
        try {
            return of(
                    file.isPresent() ? Config.load(file.get(), environment) : Config.load(environment),
                    environment,
                    Optional.empty());
        } catch (ConfigException e) {
            return of(Config.of("", "defaults", Map.of()), environment, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private static CheckSettings of(Config config, Map<String, String> environment, Optional<String> problems) {
        Backend backend = config.choice("renderer.backend", Backend.class, Backend.AUTO, "BEV_AVATAR_BACKEND");
        int rendererPort = config.integer("renderer.port", 8080, 0, MAX_PORT, "BEV_AVATAR_PORT");
        int jolokiaPort = config.integer("renderer.jolokia-port", 8778, 0, MAX_PORT, "BEV_JOLOKIA_PORT");
        Path state = Path.of(config.text("state.directory", "state", "BEV_AVATAR_STATE_DIR"));
        ExporterConfigs exporter = ExporterConfigs.from(config, environment);
        Path spool = exporter.exporter().alertSpoolFile().toAbsolutePath().getParent();
        return new CheckSettings(
                exporter,
                rendererPort,
                jolokiaPort,
                backend != Backend.CUDA,
                state,
                spool == null ? Path.of("/") : spool,
                problems);
    }
}
