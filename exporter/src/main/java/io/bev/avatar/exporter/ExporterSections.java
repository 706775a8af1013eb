package io.bev.avatar.exporter;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigSections;
import java.util.Map;
import java.util.Set;

/** The exporter's sections, for commands that check or show the whole configuration. */
public final class ExporterSections implements ConfigSections {

    @Override
    public Set<String> names() {
        return ExporterConfigs.SECTIONS;
    }

    @Override
    public void read(Config config, Map<String, String> environment) {
        ExporterConfigs.from(config, environment);
    }
}
