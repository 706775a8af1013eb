package io.bev.avatar.exporter.threshold;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.config.ThresholdOverride;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Thresholds of this host by signal and severity: the fleet default, or the override of this host. The defaults are the
 * recording rules {@code avatar_threshold:default} in the file that Prometheus evaluates.
 */
public final class Thresholds {

    private static final String RECORD = "avatar_threshold:default";

    private record Key(String signal, String severity) {}

    private final Map<Key, Double> values;

    private Thresholds(Map<Key, Double> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads the defaults.
     *
     * @throws ThresholdException if the file cannot be read, has no threshold, or one whose value is not a constant
     */
    public static Thresholds read(Path file) throws ThresholdException {
        JsonNode tree;
        try {
            tree = JsonTrees.YAML.read(BoundedFiles.readString(file));
        } catch (JacksonException e) {
            throw new ThresholdException(file + ": not YAML (" + e.getOriginalMessage() + "); fix the file", e);
        } catch (IOException e) {
            throw new ThresholdException(
                    file + ": cannot be read (" + e.getMessage() + "); set exporter.thresholds-file to"
                            + " alerting-rules/thresholds.rules.yml",
                    e);
        }
        Map<Key, Double> values = new LinkedHashMap<>();
        for (JsonNode group : tree.path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                if (rule.path("record").asText().equals(RECORD)) {
                    add(values, file, rule);
                }
            }
        }
        if (values.isEmpty()) {
            throw new ThresholdException(file + ": found no recording rule " + RECORD + ", expected one per"
                    + " threshold; set exporter.thresholds-file to alerting-rules/thresholds.rules.yml");
        }
        return new Thresholds(values);
    }

    private static void add(Map<Key, Double> values, Path file, JsonNode rule) throws ThresholdException {
        Key key = new Key(
                rule.path("labels").path("signal").asText(),
                rule.path("labels").path("severity").asText());
        if (key.signal().isEmpty() || key.severity().isEmpty()) {
            throw new ThresholdException(file + ": a rule of " + RECORD + " has labels " + rule.path("labels")
                    + ", expected signal and severity; add them");
        }
        String expression = rule.path("expr").asText();
        OptionalDouble value = VectorExpression.value(expression);
        if (value.isEmpty()) {
            throw new ThresholdException(file + ": " + key.signal() + " " + key.severity() + ": found '" + expression
                    + "', expected vector(NUMBER) or vector(NUMBER * NUMBER); write the threshold as a number");
        }
        if (values.put(key, value.getAsDouble()) != null) {
            throw new ThresholdException(file + ": " + key.signal() + " " + key.severity()
                    + " is recorded twice, expected once; remove one of the rules");
        }
    }

    /** Copy with the overrides of this host applied. */
    public Thresholds with(Collection<ThresholdOverride> overrides) {
        Map<Key, Double> merged = new LinkedHashMap<>(values);
        overrides.forEach(override -> merged.put(new Key(override.signal(), override.severity()), override.value()));
        return new Thresholds(merged);
    }

    /** Threshold of a signal, in its unit; empty if there is none of that severity. */
    public OptionalDouble of(String signal, String severity) {
        Double value = values.get(new Key(signal, severity));
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
