package io.bev.avatar.renderer;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Determines which configuration changes take effect without a restart. */
final class ReloadableSettings {

    /** Components of {@link io.bev.avatar.renderer.config.RendererConfig} applied by a reload. */
    private static final Set<String> RELOADABLE =
            Set.of("model", "width", "height", "resolution", "targetFps", "idleFps");

    private ReloadableSettings() {}

    /** Changed keys that take effect only after a restart, spelled as in the file; the section alone if it was added or removed. */
    static List<String> needingRestart(RendererSettings running, RendererSettings fresh) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent section : RendererSettings.class.getRecordComponents()) {
            Object before = value(section, running);
            Object after = value(section, fresh);
            if (before instanceof Optional<?> one && after instanceof Optional<?> other) {
                if (one.isEmpty() || other.isEmpty()) {
                    if (one.isPresent() != other.isPresent()) {
                        keys.add(section.getName());
                    }
                    continue;
                }
                before = one.get();
                after = other.get();
            }
            for (RecordComponent key : before.getClass().getRecordComponents()) {
                boolean reloadable = section.getName().equals("renderer") && RELOADABLE.contains(key.getName());
                if (!reloadable && !Objects.equals(value(key, before), value(key, after))) {
                    keys.add(section.getName() + "." + hyphenated(key.getName()));
                }
            }
        }
        return keys;
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }

    private static String hyphenated(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
