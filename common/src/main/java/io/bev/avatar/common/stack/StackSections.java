package io.bev.avatar.common.stack;

import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigSections;
import io.bev.avatar.common.tls.ExporterClientAuth;
import java.util.Map;
import java.util.Set;

/** Section {@code stack}, without the files of the exporter's clients, which only their users can read. */
public final class StackSections implements ConfigSections {

    private static final int EXPORTER_PORT = 9818;
    private static final int MAX_PORT = 65_535;

    @Override
    public Set<String> names() {
        return Set.of("stack");
    }

    @Override
    public void read(Config config, Map<String, String> environment) {
        int port = config.integer("exporter.port", EXPORTER_PORT, 0, MAX_PORT);
        StackAddresses.from(config, "http", port);
        ExporterClientAuth.KEYS.forEach(config::optionalText);
        AlertReceivers.from(config);
        config.finish("stack");
    }
}
