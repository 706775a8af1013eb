package io.bev.avatar.renderer;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigSections;
import java.util.Map;
import java.util.Set;

/** The renderer's sections, for commands that check or show the whole configuration. */
public final class RendererSections implements ConfigSections {

    @Override
    public Set<String> names() {
        return RendererSettings.SECTIONS;
    }

    @Override
    public void read(Config config, Map<String, String> environment) {
        RendererSettings.from(config);
    }
}
