package io.bev.avatar.exporter.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Threshold of this host that overrides the fleet default.
 *
 * @param signal compared signal, such as {@code gpu_temperature_celsius}
 * @param severity {@code warning}, {@code critical} or {@code info}
 * @param value threshold, in the unit of the signal
 */
public record ThresholdOverride(String signal, String severity, double value) {

    private static final Set<String> SEVERITIES = Set.of("critical", "warning", "info");

    /**
     * Reads a mapping of signal to severity to value. If the file with the fleet defaults is given, an override without
     * a default is a problem, because no rule would use it.
     *
     * @param defaultsFile Prometheus rules that record {@code avatar_threshold:default}
     */
    static List<ThresholdOverride> read(Config config, String key, Optional<Path> defaultsFile) {
        JsonNode signals = config.tree(key);
        if (signals.isMissingNode() || signals.isNull()) {
            return List.of();
        }
        if (!signals.isObject()) {
            config.problem(key, signals.toString(), "a mapping such as {gpu_temperature_celsius: {warning: 75}}");
            return List.of();
        }
        List<ThresholdOverride> thresholds = new ArrayList<>();
        signals.properties().forEach(signal -> {
            if (!signal.getValue().isObject()) {
                config.problem(
                        key + "." + signal.getKey(), signal.getValue().toString(), "a mapping such as {warning: 75}");
            }
            signal.getValue().properties().forEach(limit -> {
                String path = key + "." + signal.getKey() + "." + limit.getKey();
                if (!SEVERITIES.contains(limit.getKey())) {
                    config.problem(path, "'" + limit.getKey() + "'", "critical, warning or info");
                } else if (!limit.getValue().isNumber()) {
                    config.problem(path, limit.getValue().toString(), "a number");
                } else {
                    thresholds.add(new ThresholdOverride(
                            signal.getKey(), limit.getKey(), limit.getValue().doubleValue()));
                }
            });
        });
        defaultsFile.ifPresent(file -> checkAgainst(config, key, file, thresholds));
        return thresholds;
    }

    private static void checkAgainst(Config config, String key, Path file, List<ThresholdOverride> overrides) {
        Set<String> known = new TreeSet<>();
        try {
            for (JsonNode group :
                    JsonTrees.YAML.read(BoundedFiles.readBytes(file)).path("groups")) {
                for (JsonNode rule : group.path("rules")) {
                    if (rule.path("record").asText().equals("avatar_threshold:default")) {
                        JsonNode labels = rule.path("labels");
                        known.add(labels.path("signal").asText() + "."
                                + labels.path("severity").asText());
                    }
                }
            }
        } catch (IOException e) {
            config.problem(key + "-file", String.valueOf(e.getMessage()), "Prometheus rules in YAML");
            return;
        }
        for (ThresholdOverride override : overrides) {
            String name = override.signal() + "." + override.severity();
            if (!known.contains(name)) {
                config.problem(key + "." + name, "an unknown threshold", "one of " + String.join(", ", known));
            }
        }
    }
}
