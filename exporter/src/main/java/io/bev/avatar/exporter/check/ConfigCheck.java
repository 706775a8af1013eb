package io.bev.avatar.exporter.check;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.EffectiveConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Check of all sections of the configuration whose process is on the class path. */
public final class ConfigCheck implements Check {

    private static final String EXPECTED = "a valid configuration";

    private final Supplier<Config> source;
    private final Map<String, String> environment;

    /** @param source reads the configuration; may throw {@link ConfigException} */
    public ConfigCheck(Supplier<Config> source, Map<String, String> environment) {
        this.source = source;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public String name() {
        return "config";
    }

    /** One failure with all problems, or OK and a warning for each renamed or removed key. */
    @Override
    public List<CheckResult> run() {
        EffectiveConfig config;
        try {
            config = EffectiveConfig.of(source.get(), environment);
            if (!config.problems().isEmpty()) {
                throw new ConfigException(config.problems());
            }
        } catch (ConfigException e) {
            return List.of(CheckResult.failure(
                    name(),
                    String.valueOf(e.getMessage()),
                    EXPECTED,
                    "fix it and repeat; the other checks need the configuration and were not run"));
        }
        List<CheckResult> results = new ArrayList<>();
        results.add(CheckResult.ok(name(), found(config), EXPECTED));
        for (String warning : config.warnings()) {
            results.add(CheckResult.warning(name(), warning, "current names only", "avatar config check"));
        }
        return results;
    }

    private static String found(EffectiveConfig config) {
        return config.unread().isEmpty()
                ? "all sections are valid"
                : "valid; not checked: " + String.join(", ", new TreeSet<>(config.unread()));
    }
}
