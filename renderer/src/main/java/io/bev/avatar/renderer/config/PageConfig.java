package io.bev.avatar.renderer.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.util.Optional;

/**
 * Section {@code page}: addresses to which the page links. Each is absent where it is not known.
 *
 * @param metricsUrl of the exporter's metrics
 * @param dashboardsUrl of Grafana
 * @param runbooksUrl of the runbooks
 */
public record PageConfig(Optional<URI> metricsUrl, Optional<URI> dashboardsUrl, Optional<URI> runbooksUrl) {

    /** Without an address, the exporter of this machine is used unless it has TLS or passwords, which need a known name. */
    public static PageConfig from(Config c) {
        Optional<String> exporter = c.optionalText("exporter.web-config-file").isPresent()
                ? Optional.empty()
                : Optional.of("http://127.0.0.1:"
                        + c.integer("exporter.port", 9818, 0, RendererConfig.MAX_PORT, "BEV_EXPORTER_PORT"));
        return new PageConfig(
                url(c, "page.metrics-url").or(() -> exporter.map(base -> URI.create(base + "/metrics"))),
                url(c, "page.dashboards-url").or(() -> url(c, "stack.dashboards-url")),
                url(c, "page.runbooks-url")
                        .or(() -> url(c, "stack.runbooks-url"))
                        .or(() -> exporter.map(base -> URI.create(base + "/runbooks"))));
    }

    private static Optional<URI> url(Config c, String key) {
        Optional<String> text = c.optionalText(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI url = URI.create(text.get());
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                return Optional.of(url);
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        c.problem(key, "'" + text.get() + "'", "an address such as http://gpu-07:3000");
        return Optional.empty();
    }
}
