package io.bev.avatar.common.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * The configuration of all processes: every key with its effective value, and every problem.
 *
 * @param entries keys in the order of their sections
 * @param problems of all sections, each once
 * @param warnings about renamed and removed keys
 * @param unread sections whose process is not on the class path: neither shown nor checked
 */
public record EffectiveConfig(
        List<ConfigEntry> entries, List<ConfigProblem> problems, List<String> warnings, Set<String> unread) {

    public EffectiveConfig {
        entries = List.copyOf(entries);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        unread = Set.copyOf(unread);
    }

    /** Reads {@code config} with the sections of all processes on the class path. */
    public static EffectiveConfig of(Config config, Map<String, String> environment) {
        List<ConfigSections> processes = new ArrayList<>();
        ServiceLoader.load(ConfigSections.class).forEach(processes::add);
        return of(config, environment, processes);
    }

    static EffectiveConfig of(Config config, Map<String, String> environment, List<ConfigSections> processes) {
        Map<String, ConfigEntry> entries = new LinkedHashMap<>();
        Set<ConfigProblem> problems = new LinkedHashSet<>();
        Set<String> warnings = new LinkedHashSet<>();
        Set<String> unread = new TreeSet<>(Config.SECTIONS);
        for (ConfigSections process : processes) {
            Config own = config.unread();
            try {
                process.read(own, environment);
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
            own.entries().stream()
                    .filter(entry -> process.names().contains(section(entry.key())))
                    .forEach(entry -> entries.putIfAbsent(entry.key(), entry));
            warnings.addAll(own.warnings());
            unread.removeAll(process.names());
        }
        List<ConfigEntry> sorted = new ArrayList<>(entries.values());
        List<String> order = List.copyOf(Config.SECTIONS);
        sorted.sort(Comparator.comparingInt(entry -> order.indexOf(section(entry.key()))));
        return new EffectiveConfig(sorted, List.copyOf(problems), List.copyOf(warnings), unread);
    }

    private static String section(String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot);
    }
}
