package io.bev.avatar.renderer.config;

import io.bev.avatar.common.config.Config;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code renderer}.
 *
 * @param bind address of every listener
 * @param port of page, stream and health; 0 selects a free one
 * @param jolokiaPort of Jolokia; 0 selects a free one
 * @param jmxPort of JMX over RMI, on loopback; 0 disables it
 * @param backend rendering backend
 * @param model avatar file; empty for the built-in avatar
 * @param width frame width in pixels
 * @param height frame height in pixels
 * @param resolution whether width and height adapt to the viewers; otherwise they are fixed
 * @param targetFps frames per second while viewers are connected
 * @param idleFps frames per second without viewers; at least 1, because frames ping the watchdog
 * @param threads number of rendering threads; 0 for one per core
 * @param allowedHosts accepted Host names in addition to loopback
 * @param controlPasswordFile file with the control password in its first line; empty disables control operations
 * @param protectUpdates whether updates over HTTP need the control password on loopback too
 * @param jolokiaPolicyFile Jolokia access policy; empty for the built-in one, which allows domain bev.avatar
 * @param background colour behind the avatar
 * @param antialiased whether opacities are compensated for the dilation of thin Gaussians
 * @param gpuSimulated whether the exporter on this host reports a simulated GPU, which the page indicates
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
        ResolutionMode resolution,
        int targetFps,
        int idleFps,
        int threads,
        List<String> allowedHosts,
        Optional<Path> controlPasswordFile,
        boolean protectUpdates,
        Optional<Path> jolokiaPolicyFile,
        Colour background,
        Antialiasing antialiased,
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
                c.choice("renderer.resolution", ResolutionMode.class, ResolutionMode.AUTO),
                c.integer("renderer.target-fps", 30, 1, MAX_FPS),
                c.integer("renderer.idle-fps", 5, 1, MAX_FPS),
                c.integer("renderer.threads", 0, 0, 1024),
                c.texts("renderer.allowed-hosts", List.of()),
                path(c, "renderer.control-password-file"),
                c.flag("renderer.protect-updates", false),
                path(c, "renderer.jolokia-policy-file"),
                colour(c),
                c.choice("renderer.antialiased", Antialiasing.class, Antialiasing.AUTO),
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

    /** Whether updates over HTTP need the control password: if configured, and on every address other than loopback. */
    public boolean updatesAreProtected() {
        InetSocketAddress address = new InetSocketAddress(bind, 0);
        return protectUpdates || address.isUnresolved() || !address.getAddress().isLoopbackAddress();
    }

    /** {@link #threads}, with 0 resolved. */
    public int threadCount() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
