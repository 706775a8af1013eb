package io.bev.avatar.exporter.check;

import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.exporter.ExporterConfigs;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Settings used by the checks. They include keys of the renderer's sections, which the renderer itself validates.
 *
 * @param exporter the exporter's own settings
 * @param rendererPort HTTP port of the renderer
 * @param jolokiaPort port of Jolokia
 * @param cpuAllowed whether the renderer may render on the CPU
 * @param stateDirectory state directory of the renderer
 * @param exporterDirectory directory of the exporter's alert spool
 * @param receivers destinations of alerts for people
 * @param problems configuration errors; if present, all other values are defaults
 */
public record CheckSettings(
        ExporterConfigs exporter,
        int rendererPort,
        int jolokiaPort,
        boolean cpuAllowed,
        Path stateDirectory,
        Path exporterDirectory,
        AlertReceivers receivers,
        Optional<String> problems) {

    /** {@code renderer.backend}. */
    enum Backend {
        AUTO,
        CUDA,
        CPU
    }

    private static final int MAX_PORT = 65_535;

    /** Reads the configuration. An invalid configuration is returned in {@code problems} instead of thrown. */
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
        AlertReceivers receivers = AlertReceivers.from(config);
        ExporterConfigs exporter = ExporterConfigs.from(config, environment);
        Path spool = exporter.exporter().alertSpoolFile().toAbsolutePath().getParent();
        return new CheckSettings(
                exporter,
                rendererPort,
                jolokiaPort,
                backend != Backend.CUDA,
                state,
                spool == null ? Path.of("/") : spool,
                receivers,
                problems);
    }
}
