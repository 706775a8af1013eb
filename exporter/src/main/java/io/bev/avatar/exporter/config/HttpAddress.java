package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.net.URISyntaxException;

/** Reads HTTP URLs from the configuration. */
final class HttpAddress {

    private HttpAddress() {}

    static URI read(Config config, String key, String fallback, String... variables) {
        String text = config.text(key, fallback, variables);
        try {
            URI address = new URI(text);
            if (address.getHost() != null
                    && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
                return address;
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        config.problem(key, "'" + text + "'", "a URL such as " + fallback);
        return URI.create(fallback);
    }
}
