package io.bev.avatar.renderer;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.stream.StreamConfig;
import java.nio.file.Path;
import java.util.Map;

/** Every section of the configuration that the renderer owns or reads. */
public record RendererSettings(RendererConfig renderer, GpuConfig gpu, StreamConfig stream, Path stateDirectory) {

    /**
     * Reads the file that {@code BEV_AVATAR_CONFIG} names, and the environment.
     *
     * @throws io.bev.avatar.common.config.ConfigException with every problem found
     */
    public static RendererSettings load(Map<String, String> environment) {
        Config config = Config.load(environment);
        RendererSettings settings = new RendererSettings(
                RendererConfig.from(config),
                GpuConfig.from(config),
                StreamConfig.from(config),
                Path.of(config.text("state.directory", "state", "BEV_AVATAR_STATE_DIR")));
        config.finish("renderer", "gpu", "stream", "state", "osint", "expression");
        return settings;
    }
}
