package io.bev.avatar.renderer.config;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code renderer}.
 *
 * @param bind address of every listener
 * @param port page, stream and health; 0 picks a free one
 * @param jolokiaPort Jolokia; 0 picks a free one
 * @param jmxPort RMI for jconsole, on loopback; 0 is off
 * @param backend where pictures are made
 * @param model avatar file; empty for the built-in avatar
 * @param width picture width in pixels
 * @param height picture height in pixels
 * @param targetFps frames per second while somebody looks
 * @param idleFps frames per second while nobody does; also the pace of the watchdog, so never 0
 * @param threads rendering threads; 0 for one per core
 * @param allowedHosts Host names beside loopback's under which the listeners are reached
 * @param controlPasswordFile first line is the password of control operations; without it they are off
 * @param jolokiaPolicyFile Jolokia access policy; without it the built-in one, which allows this program's domain
 * @param background colour behind the avatar
 * @param gpuSimulated whether the exporter beside this renderer reads a simulated GPU, which the page then says
 */
public record RendererConfig(
        String bind,
        int port,
        int jolokiaPort,
        int jmxPort,
        BackendChoice backend,
        Optional<Path> model,
        int width,
        int height,
        int targetFps,
        int idleFps,
        int threads,
        List<String> allowedHosts,
        Optional<Path> controlPasswordFile,
        Optional<Path> jolokiaPolicyFile,
        Colour background,
        boolean gpuSimulated) {

    public static final int MAX_PORT = 65_535;
    public static final int MIN_SIDE = 16;
    public static final int MAX_WIDTH = 3840;
    public static final int MAX_HEIGHT = 2160;
    public static final int MAX_FPS = 240;

    public RendererConfig {
        allowedHosts = List.copyOf(allowedHosts);
    }

    public static RendererConfig from(Config c) {
        RendererConfig config = new RendererConfig(
                c.text("renderer.bind", "127.0.0.1"),
                c.integer("renderer.port", 8080, 0, MAX_PORT, "BEV_AVATAR_PORT"),
                c.integer("renderer.jolokia-port", 8778, 0, MAX_PORT, "BEV_JOLOKIA_PORT"),
                c.integer("renderer.jmx-port", 0, 0, MAX_PORT),
                c.choice("renderer.backend", BackendChoice.class, BackendChoice.AUTO, "BEV_AVATAR_BACKEND"),
                path(c, "renderer.model", "BEV_AVATAR_MODEL"),
                c.integer("renderer.width", 640, MIN_SIDE, MAX_WIDTH),
                c.integer("renderer.height", 360, MIN_SIDE, MAX_HEIGHT),
                c.integer("renderer.target-fps", 30, 1, MAX_FPS),
                c.integer("renderer.idle-fps", 5, 1, MAX_FPS),
                c.integer("renderer.threads", 0, 0, 1024),
                c.texts("renderer.allowed-hosts", List.of()),
                path(c, "renderer.control-password-file"),
                path(c, "renderer.jolokia-policy-file"),
                colour(c),
                c.flag("renderer.gpu-simulated", false));
        if (config.idleFps > config.targetFps) {
            c.problem(
                    "renderer.idle-fps",
                    Integer.toString(config.idleFps),
                    "at most renderer.target-fps, " + config.targetFps);
        }
        return config;
    }

    private static Optional<Path> path(Config c, String key, String... variables) {
        return c.optionalText(key, variables).map(Path::of);
    }

    private static Colour colour(Config c) {
        String text = c.text("renderer.background", Colour.DEFAULT.toString());
        return Colour.parse(text).orElseGet(() -> {
            c.problem("renderer.background", "'" + text + "'", "a colour as \"#rrggbb\"");
            return Colour.DEFAULT;
        });
    }

    /** {@link #threads}, with 0 resolved. */
    public int threadCount() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
