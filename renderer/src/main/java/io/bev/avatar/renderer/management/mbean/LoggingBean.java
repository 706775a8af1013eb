package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.log.LoggingSystem;
import java.nio.file.Path;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Logging of the process. */
record LoggingBean(LoggingSystem log) implements LoggingMXBean {

    @Override
    public SortedMap<String, String> getLevels() {
        return log.levels();
    }

    @Override
    public @Nullable String getFile() {
        return log.file().map(Path::toString).orElse(null);
    }

    @Override
    public String setLevel(String logger, String level) {
        return log.setLevel(logger, level);
    }

    @Override
    public boolean rollFile() {
        return log.roll();
    }
}
