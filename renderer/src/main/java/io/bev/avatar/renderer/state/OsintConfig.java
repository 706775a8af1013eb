package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Section {@code osint}; missing keys default to the resource {@code osint-defaults.yaml}, which documents them.
 *
 * @param rules the first matching one sets the emotion, key {@code osint.rules}
 * @param scale weights of threat indicators, keys {@code osint.severities} and {@code osint.indicator-weight}
 */
public record OsintConfig(List<OsintRule> rules, ThreatScale scale) {

    private static final String DEFAULTS = "/osint-defaults.yaml";

    public OsintConfig {
        rules = List.copyOf(rules);
    }

    public static OsintConfig from(Config config) {
        Config shipped = Config.of(shipped(), DEFAULTS, Map.of());
        OsintConfig defaults = read(shipped, new OsintConfig(List.of(), new ThreatScale(Map.of(), 0)));
        shipped.finish("osint");
        return read(config, defaults);
    }

    private static OsintConfig read(Config config, OsintConfig defaults) {
        JsonNode rules = config.tree("osint.rules");
        JsonNode severities = config.tree("osint.severities");
        return new OsintConfig(
                rules.isMissingNode() || rules.isNull() ? defaults.rules : new OsintRuleParser(config).rules(rules),
                new ThreatScale(
                        severities.isMissingNode() || severities.isNull()
                                ? defaults.scale.severities()
                                : severities(config, severities),
                        config.number("osint.indicator-weight", defaults.scale.unstated(), 0, 1)));
    }

    private static Map<String, Double> severities(Config config, JsonNode node) {
        Map<String, Double> weights = new LinkedHashMap<>();
        if (!node.isObject()) {
            config.problem("osint.severities", node.toString(), "a mapping such as {low: 0.1, high: 0.6}");
        }
        node.properties().forEach(entry -> {
            JsonNode weight = entry.getValue();
            if (weight.isNumber() && weight.doubleValue() >= 0 && weight.doubleValue() <= 1) {
                weights.put(entry.getKey().toLowerCase(java.util.Locale.ROOT), weight.doubleValue());
            } else {
                config.problem("osint.severities." + entry.getKey(), weight.toString(), "a number from 0 to 1");
            }
        });
        return weights;
    }

    private static String shipped() {
        try (InputStream in = OsintConfig.class.getResourceAsStream(DEFAULTS)) {
            if (in == null) {
                throw new IllegalStateException(DEFAULTS + ": missing from the jar; rebuild it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
